"""A tenant's connection tested, in words: is it there, how fast, over TLS, what may its role read, could it write?"""

import contextlib
import os
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Literal

import psycopg
from django.db import connection as central
from django.db import connections, transaction
from django.utils import timezone

from tenants.connections import connect
from tenants.database import Database
from tenants.errors import TenantDatabaseError
from tenants.models import Tenant
from tenants.rights import NAMED_AT_MOST, Rights, SchemaRights, read_rights, read_schemas
from tenants.session_options import schemas
from tenants.signals import connection_tested

Severity = Literal["good", "warning", "refused"]
ROUND_TRIPS = 5
DEADLINE_SECONDS = 15.0
AT_ONCE, ALL_SECONDS = 4, 30.0
OLDEST_TESTED = 14
# Before these, anyone who may run SQL can corrupt the server's memory: CVE-2026-6473, CVE-2026-6637.
SAFE_MINOR = {15: 18, 16: 14, 17: 10, 18: 4}
WHERE_AM_I = "SELECT current_database(), pg_postmaster_start_time()"


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    sentence: str


@dataclass(slots=True)
class Report:
    """`reachable` false leaves the figures empty. After a `refused` finding no panel should run with this role."""

    reachable: bool = False
    server_version: str = ""
    latency_ms: float | None = None
    encrypted: bool = False
    role: str = ""
    can_write: bool | None = None
    findings: list[Finding] = field(default_factory=list)

    def add(self, severity: Severity, sentence: str) -> None:
        self.findings.append(Finding(severity, sentence))

    @property
    def verdict(self) -> Tenant.Verdict:
        severities = {finding.severity for finding in self.findings}
        if not self.reachable:
            return Tenant.Verdict.UNREACHABLE
        if "refused" in severities:
            return Tenant.Verdict.REFUSED
        return Tenant.Verdict.WARNING if "warning" in severities else Tenant.Verdict.GOOD

    @property
    def is_fit(self) -> bool:
        return self.verdict in {Tenant.Verdict.GOOD, Tenant.Verdict.WARNING}

    def summary(self) -> str:
        """One line: what matters most."""
        bad = [finding for level in ("refused", "warning") for finding in self.findings if finding.severity == level]
        if not self.reachable or self.latency_ms is None:
            return bad[0].sentence
        facts = f"PostgreSQL {self.server_version}, {self.latency_ms:.1f} ms."
        return f"{facts} {bad[0].sentence}" if bad else f"{facts} Read-only, all well."


def examine(database: Database) -> Report:
    """Connect anew, outside the pool and whether or not it is enabled, and look around for 15 s at most."""
    report = Report()
    try:
        with connect(database) as connection, _hanging_up(connection, DEADLINE_SECONDS):
            report.reachable = True
            _measure(connection, report)
            _look_at_server(connection, report)
            _look_at_session(connection, report)
            _judge_rights(read_rights(connection), report)
            for schema in read_schemas(connection, schemas(database)):
                _judge_schema(schema, report)
    except TenantDatabaseError as error:
        report.add("refused", error.sentence)
    except psycopg.Error as error:
        report.add("warning", f"The test could not be finished: {error.diag.message_primary or 'no answer in time'}.")
    return report


def examine_all(tenants: list[Tenant], *, seconds: float = ALL_SECONDS) -> list[Report]:
    """Examine several, a few at a time, and keep the results. What is not done in time is reported as that."""
    testers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="connection-test")
    started = [testers.submit(_examine_in_thread, tenant) for tenant in tenants]
    done, _ = wait(started, timeout=seconds)
    testers.shutdown(wait=False, cancel_futures=True)
    late = Report(findings=[Finding("refused", "The test did not end in time.")])
    reports = [future.result() if future in done else late for future in started]
    for tenant, report in zip(tenants, reports, strict=True):
        record(tenant, report)
    return reports


def record(tenant: Tenant, report: Report) -> None:
    """Keep the result for the list of tenants."""
    found = {"tested_at": timezone.now(), "test_verdict": report.verdict, "test_summary": report.summary()[:500]}
    with transaction.atomic():
        Tenant.objects.filter(pk=tenant.pk).update(**found)
        connection_tested.send(Tenant, tenant=tenant, verdict=report.verdict, summary=found["test_summary"])


def _examine_in_thread(tenant: Tenant) -> Report:
    try:
        return examine(tenant)
    finally:
        connections.close_all()


def _measure(connection: psycopg.Connection, report: Report) -> None:
    taken = []
    for _ in range(ROUND_TRIPS):
        started = time.perf_counter()
        connection.execute("SELECT 1")
        taken.append((time.perf_counter() - started) * 1_000)
    report.latency_ms = round(statistics.median(taken), 2)


def _look_at_server(connection: psycopg.Connection, report: Report) -> None:
    major, minor = divmod(connection.info.server_version, 10_000)
    report.server_version = f"{major}.{minor}"
    report.encrypted = bool(connection.pgconn.ssl_in_use)
    report.add("good", f"It answers: PostgreSQL {report.server_version}, {report.latency_ms:.1f} ms a round trip.")
    if report.encrypted:
        report.add("good", "The connection is encrypted.")
    elif not connection.info.host.startswith("/"):
        report.add("warning", "The connection is not encrypted: choose a TLS mode of require or more.")
    if minor < SAFE_MINOR.get(major, 0):
        report.add(
            "warning",
            f"PostgreSQL {report.server_version} lacks security fixes: update to {major}.{SAFE_MINOR[major]} or later.",
        )
    if major < OLDEST_TESTED:
        report.add("warning", f"PostgreSQL {major} is older than what PanelDash is tested with ({OLDEST_TESTED}).")


def _look_at_session(connection: psycopg.Connection, report: Report) -> None:
    limits = connection.execute(
        "SELECT current_setting('default_transaction_read_only') = 'on' AND current_setting('statement_timeout') <> '0'"
    ).fetchone()
    if limits != (True,):
        report.add("warning", "The session's limits did not take effect; a connection pooler in between may drop them.")
    with central.cursor() as cursor:
        cursor.execute(WHERE_AM_I)
        if cursor.fetchone() == connection.execute(WHERE_AM_I).fetchone():
            report.add("refused", "This is PanelDash's own database. It must not be a tenant's.")


def _judge_rights(rights: Rights, report: Report) -> None:
    report.role, report.can_write = rights.role, rights.can_write
    if rights.is_superuser:
        report.add("refused", "The role is a superuser. Panels must not run as one: make a reader with “tenants grant-reader”.")
        return
    powers = [*rights.attributes, *(f"membership in {name}" for name in rights.member_of)]
    if rights.reaches_the_server:
        report.add(
            "refused",
            f"The role reaches beyond this database: {_listed(powers)}. Make a reader with “tenants grant-reader”.",
        )
    elif powers:
        report.add("warning", f"The role has more than a reader needs: {_listed(powers)}.")
    if rights.owned:
        report.add(
            "warning",
            f"The role can write: it owns {_counted(rights.owned, 'table')}, and may change or drop what it owns.",
        )
    if rights.writable:
        report.add("warning", f"The role can write to {_listed(rights.writable)}.")
    if rights.creatable:
        report.add("warning", f"The role can create things in {_listed(rights.creatable)}.")
    if not rights.can_write:
        report.add("good", "The role cannot write.")


def _judge_schema(schema: SchemaRights, report: Report) -> None:
    if not schema.exists:
        report.add("warning", f"There is no schema “{schema.name}”.")
    elif not schema.is_usable:
        report.add("warning", f"The role may not use the schema “{schema.name}”: GRANT USAGE is missing.")
    elif schema.unreadable:
        report.add(
            "warning",
            f"In “{schema.name}” the role may not read {_listed(schema.unreadable)}: GRANT SELECT is missing.",
        )
    elif schema.relations:
        report.add("good", f"It may read all of the {_counted(schema.relations, 'table')} and views in “{schema.name}”.")
    else:
        report.add("warning", f"The schema “{schema.name}” is empty.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """The first few, and that there are more."""
    shown = ", ".join(names[: NAMED_AT_MOST - 1])
    return f"{shown} and more" if len(names) >= NAMED_AT_MOST else shown


@contextlib.contextmanager
def _hanging_up(connection: psycopg.Connection, seconds: float) -> Iterator[None]:
    """A server that stopped answering does not keep whoever waits for the test: the socket is shut under it."""
    alarm = threading.Timer(seconds, _hang_up, [connection])
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


def _hang_up(connection: psycopg.Connection) -> None:
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
