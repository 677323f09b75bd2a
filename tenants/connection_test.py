"""A tenant's connection tested, in words: is it there, how fast, over TLS, what may the role read, and could it write?"""

import statistics
import time
from dataclasses import dataclass, field
from typing import Literal

import psycopg

from tenants.connections import connect
from tenants.errors import TenantDatabaseError
from tenants.models import Tenant
from tenants.session_options import schemas

Severity = Literal["good", "note", "warning", "refused"]
ROUND_TRIPS = 5
# Older minor versions have known holes that any SQL user can use (SECURITY releases of May 2026).
LEAST_MINOR = {14: 23, 15: 18, 16: 14, 17: 10, 18: 4}
POWERFUL_ROLES = (
    "pg_write_all_data", "pg_read_server_files", "pg_write_server_files", "pg_execute_server_program",
    "pg_signal_backend", "pg_monitor", "pg_read_all_data", "pg_checkpoint", "pg_maintain",
)  # fmt: skip

_ROLE = """
SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user
"""
_MEMBER = """
SELECT coalesce(array_agg(rolname::text ORDER BY rolname), '{}') FROM pg_roles
WHERE rolname = ANY (%s) AND pg_has_role(current_user, oid, 'member')
"""
_OWNED = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT LIKE 'pg\\_%%' AND pg_has_role(c.relowner, 'member')
"""
_WRITABLE = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') ORDER BY 1 LIMIT 4
"""
_CREATABLE = """
SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%%' AND has_schema_privilege(oid, 'CREATE') ORDER BY 1
"""
_SCHEMAS = """
SELECT name, n.oid IS NOT NULL, n.oid IS NOT NULL AND has_schema_privilege(n.oid, 'USAGE'),
       (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm')),
       (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm')
          AND has_table_privilege(c.oid, 'SELECT'))
FROM unnest(%s::text[]) AS name LEFT JOIN pg_namespace n ON n.nspname = name
"""


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    sentence: str


@dataclass(slots=True)
class Report:
    """`reachable` false leaves the rest empty. A `refused` finding means that panels should not run with this role."""

    reachable: bool = False
    server_version: str = ""
    latency_ms: float | None = None
    encrypted: bool = False
    can_write: bool | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_fit(self) -> bool:
        return self.reachable and not any(finding.severity == "refused" for finding in self.findings)

    def add(self, severity: Severity, sentence: str) -> None:
        self.findings.append(Finding(severity, sentence))

    def summary(self) -> str:
        """One line: what matters most."""
        if not self.reachable:
            return self.findings[0].sentence
        worst = next((finding for level in ("refused", "warning") for finding in self.findings if finding.severity == level), None)
        facts = f"PostgreSQL {self.server_version}, {self.latency_ms:.1f} ms"
        return f"{facts}. {worst.sentence}" if worst else f"{facts}, read-only, all well."


def examine(tenant: Tenant) -> Report:
    """Connect anew, outside the pool and whether or not the tenant is enabled, and look around."""
    report = Report()
    try:
        with connect(tenant) as connection:
            connection.read_only = True
            report.reachable = True
            _measure(connection, report)
            _look_for_power(connection, report)
            _look_for_writing(connection, report)
            _look_for_reading(connection, report, schemas(tenant))
    except TenantDatabaseError as error:
        report.add("refused", error.sentence)
    except psycopg.Error as error:
        report.add("warning", f"The test could not be finished: {error.diag.message_primary or type(error).__name__}")
    return report


def _measure(connection: psycopg.Connection, report: Report) -> None:
    version = connection.info.server_version
    major, minor = version // 10_000, version % 10_000
    report.server_version = f"{major}.{minor}"
    taken = []
    for _ in range(ROUND_TRIPS):
        started = time.perf_counter()
        connection.execute("SELECT 1")
        taken.append((time.perf_counter() - started) * 1_000)
    report.latency_ms = statistics.median(taken)
    report.encrypted = connection.pgconn.ssl_in_use
    report.add("good", f"It answers: PostgreSQL {report.server_version}, {report.latency_ms:.1f} ms a round trip.")
    if not report.encrypted and not connection.info.host.startswith("/"):
        report.add("warning", "The connection is not encrypted.")
    if minor < LEAST_MINOR.get(major, 0):
        report.add("warning", f"Version {report.server_version} lacks security fixes; {major}.{LEAST_MINOR[major]} has them.")
    if major < 14:
        report.add("warning", f"PostgreSQL {major} is older than what PanelDash is tested with (14).")


def _look_for_power(connection: psycopg.Connection, report: Report) -> None:
    row = connection.execute(_ROLE).fetchone() or (False,) * 5
    if row[0]:
        report.add("refused", "The role is a superuser. Panels must not run as one: make a role with `tenants grant-reader`.")
    names = ("create roles", "create databases", "replicate the server", "pass by row security")
    powers = [name for name, has in zip(names, row[1:], strict=True) if has]
    if powers and not row[0]:
        report.add("warning", f"The role may {', '.join(powers)}; a reader needs none of that.")
    member = connection.execute(_MEMBER, [list(POWERFUL_ROLES)]).fetchone()
    if member and member[0] and not row[0]:
        report.add("warning", f"The role is a member of {', '.join(member[0])}; a reader needs none of them.")


def _look_for_writing(connection: psycopg.Connection, report: Report) -> None:
    owned = (connection.execute(_OWNED).fetchone() or (0,))[0]
    writable = [row[0] for row in connection.execute(_WRITABLE).fetchall()]
    creatable = [row[0] for row in connection.execute(_CREATABLE).fetchall()]
    report.can_write = bool(owned or writable or creatable)
    if owned:
        report.add("warning", f"The role owns {owned} tables, so it could change or drop them.")
    if writable:
        more = " and more" if len(writable) > 3 else ""
        report.add("warning", f"The role could write to {', '.join(writable[:3])}{more}.")
    if creatable:
        report.add("warning", f"The role could create tables in {', '.join(creatable[:3])}.")
    if not report.can_write:
        report.add("good", "The role cannot write.")


def _look_for_reading(connection: psycopg.Connection, report: Report, wanted: tuple[str, ...]) -> None:
    for name, exists, usable, tables, readable in connection.execute(_SCHEMAS, [list(wanted)]).fetchall():
        if not exists:
            report.add("warning", f"There is no schema “{name}”.")
        elif not usable:
            report.add("warning", f"The role may not use the schema “{name}”.")
        elif readable < tables:
            report.add("warning", f"The role may read {readable} of the {tables} tables and views in “{name}”.")
        else:
            report.add("good", f"It may read all {tables} tables and views in “{name}”.")
