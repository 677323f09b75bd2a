"""Every attack on the way a panel's query takes, against a live PostgreSQL: nothing changes, nothing leaks, nothing stays.

Twice with the guard: as the reader our script makes, and as the database's owner, which nobody should give us. Once without
it, as the reader: what the database's own layers stop by themselves.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from datasources import executor, stuck
from datasources.base import SqlQuery
from datasources.errors import QueryFailed, QueryRefused, SourceError
from datasources.executor import Limits, Statement
from datasources.postgres import PostgresSource
from datasources.tests.cases import CORPUS, measured, written
from tenants.connections import close_all
from tenants.models import Tenant

ATTACKS = [json.loads(line) for line in (CORPUS / "sql_attacks.jsonl").read_text().splitlines()]
STATEMENTS = [(entry["id"], [entry["sql"], *([entry["then"]] if entry.get("then") else [])]) for entry in ATTACKS] + [
    (case.id, [case.values[0]]) for case in written("more_attacks.sql")
]
SECRETS = ("SALARY-SECRET-42", "LO-ORIGINAL", "root:x:0:0", "SCRAM-SHA-256")
FINGERPRINT = (CORPUS / "fingerprint.sql").read_text()
FEWEST = 200


@pytest.fixture
def oracle(contrib_server: Any, live: dict) -> Iterator[psycopg.Connection]:
    with psycopg.connect(contrib_server.url(live["where"]["database"]), autocommit=True) as connection:
        connection.execute("LISTEN chan")
        yield connection


def run(tenant: Tenant, sql: str) -> str:
    """The answer's cells as text; empty where it was refused."""
    try:
        frame = PostgresSource(tenant).run({"panel": SqlQuery(text=sql)})["panel"]
    except SourceError:
        return ""
    return str(frame.values)


def run_unguarded(tenant: Tenant, sql: str) -> str:
    try:
        frame = executor.run(tenant, {"panel": Statement(sql)}, Limits(timeout_ms=300, rows=1_000, bytes=1_000_000))["panel"]
    except SourceError:
        return ""
    return str(frame.values)


def harm_of(oracle: psycopg.Connection, tenant: Tenant, ask: Callable[[Tenant, str], str]) -> list[str]:
    """The ids of the attacks that changed something, or whose answer holds a secret."""
    before = oracle.execute(FINGERPRINT).fetchone()
    harmful = []
    for name, statements in STATEMENTS:
        answers = [ask(tenant, statement) for statement in statements]
        if any(secret in answer for answer in answers for secret in SECRETS):
            harmful.append(f"{name} leaks")
        if (after := oracle.execute(FINGERPRINT).fetchone()) != before:
            harmful.append(f"{name} changes")
            before = after
    close_all()
    notified = [notice.payload for notice in oracle.notifies(timeout=0)]
    return harmful + [f"notified: {payload}" for payload in notified]


def still_running(oracle: psycopg.Connection, tenant: Tenant) -> int:
    row = oracle.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND state <> 'idle'", [tenant.user]).fetchone()
    return int(row[0]) if row else 0


def test_there_are_attacks_to_speak_of() -> None:
    assert len(STATEMENTS) >= FEWEST


@pytest.mark.parametrize("role", ["live_reader", "live_owner"])
def test_no_attack_does_harm(oracle: psycopg.Connection, live_tenant: Callable[..., Tenant], role: str) -> None:
    tenant = live_tenant(role, timeout_ms=400)
    assert harm_of(oracle, tenant, run) == []
    assert still_running(oracle, tenant) <= stuck.MOST  # PostgreSQL cannot interrupt all it can be asked


def test_the_readers_database_stops_them_without_the_guard(
    oracle: psycopg.Connection, live_tenant: Callable[..., Tenant]
) -> None:
    tenant = live_tenant("live_reader", timeout_ms=300)
    assert harm_of(oracle, tenant, run_unguarded) == []


def test_the_oracle_sees_harm(oracle: psycopg.Connection) -> None:
    """Else it would prove nothing."""
    before = oracle.execute(FINGERPRINT).fetchone()
    for harm, remedy in (
        ("UPDATE sales.canary SET v = 'x'", "UPDATE sales.canary SET v = 'intact'"),
        ("SELECT pg_advisory_lock(7)", "SELECT pg_advisory_unlock(7)"),
        ("SELECT nextval('sales.seq')", "SELECT setval('sales.seq', 1, false)"),
        ("SELECT lo_put(777001, 0, 'X')", "SELECT lo_put(777001, 0, 'L')"),
    ):
        oracle.execute(harm)
        assert oracle.execute(FINGERPRINT).fetchone() != before, harm
        oracle.execute(remedy)
        assert oracle.execute(FINGERPRINT).fetchone() == before, remedy


def test_what_analysts_write_is_answered(live_tenant: Callable[..., Tenant]) -> None:
    tenant = live_tenant("live_reader")
    cases = measured("sql_benign.jsonl", "pass") + written("more_legitimate.sql")
    assert len(cases) >= 56
    failed = {}
    for case in cases:
        try:
            PostgresSource(tenant).run({"panel": SqlQuery(text=case.values[0])})
        except SourceError as error:
            failed[case.id] = f"{type(error).__name__}: {error.sentence} {error.detail}"
    assert failed == {}


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT pay FROM hr.salaries", QueryRefused),
        ("SELECT t FROM sales.ft_touch", QueryRefused),
        ("SELECT 1/0", QueryFailed),
        ("SELECT 1; SELECT 2", QueryRefused),
        ("DELETE FROM sales.canary RETURNING v", QueryRefused),
    ],
)
def test_the_reader_is_told_why(live_tenant: Callable[..., Tenant], sql: str, kind: type[SourceError]) -> None:
    with pytest.raises(kind):
        PostgresSource(live_tenant("live_reader")).run({"panel": SqlQuery(text=sql)})
