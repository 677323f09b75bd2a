"""Every attack on the way a panel's query takes, against a live PostgreSQL: nothing changes, nothing leaks, nothing stays.

With the guard twice: as the reader our script makes, and as the database's owner, which nobody should give us. Without it
once, as the reader: what the executor and the database stop by themselves.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from datasources import executor, stuck
from datasources.base import Limits, SqlQuery
from datasources.errors import QueryFailed, QueryRefused, QueryTimeout, SourceError, SourceUnavailable
from datasources.postgres import PostgresSource
from datasources.statement import Statement
from datasources.tests.cases import CORPUS, measured, written
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant

Ask = Callable[[Tenant, str], str]
MEASURED = [json.loads(line) for line in (CORPUS / "sql_attacks.jsonl").read_text().splitlines()]
OURS = [(case.id, [case.values[0]]) for case in written("more_attacks.sql")]
# Legal, of use to analysts, and out of reach for statement_timeout, cancel and pg_terminate_backend alike.
CANNOT_BE_INTERRUPTED = {entry["id"]: entry["sql"] for entry in MEASURED if entry["id"] in {"time-38", "time-39"}}
SECRETS = ("SALARY-SECRET-42", "LO-ORIGINAL", b"LO-ORIGINAL".hex(), "root:x:0:0", "SCRAM-SHA-256")
FINGERPRINT = (CORPUS / "fingerprint.sql").read_text()
SETTABLE = "SELECT array_agg(name ORDER BY name) FROM pg_settings WHERE context = 'user'"
SETTINGS = "SELECT current_user::text, array_agg(current_setting(name)) FROM unnest(%s::text[]) AS name"
AT_ONCE = 10


def attacks(*, costly: bool) -> list[tuple[str, list[str]]]:
    """Names, and what is sent in that order. `costly`: also those that only take time and memory."""
    chosen = [entry for entry in MEASURED if entry["id"] not in CANNOT_BE_INTERRUPTED]
    chosen = [entry for entry in chosen if costly or entry["class"] not in {"time", "memory"}]
    return [(entry["id"], [entry["sql"], *filter(None, [entry.get("then")])]) for entry in chosen] + OURS


def run(tenant: Tenant, sql: str) -> str:
    """All that an editor is told, cells or the words of an error."""
    return _told(lambda: PostgresSource(tenant).run({"panel": SqlQuery(text=sql)})["panel"].values)


def run_unguarded(tenant: Tenant, sql: str) -> str:
    limits = Limits(timeout_ms=200, rows=1_000, bytes=1_000_000)
    return _told(lambda: executor.run(tenant, {"panel": Statement(sql)}, limits)["panel"].values)


def _told(ask: Callable[[], Any]) -> str:
    try:
        return str(ask())
    except SourceUnavailable:
        raise  # else the rest would be refused unseen, and all seem well
    except SourceError as error:
        return f"{error.sentence} {error.detail}"


@pytest.fixture
def oracle(contrib_server: EmbeddedServer, live: dict) -> Iterator[psycopg.Connection]:
    with psycopg.connect(contrib_server.url(live["where"]["database"]), autocommit=True) as connection:
        connection.execute("LISTEN chan")
        yield connection


@pytest.fixture
def bystander(live: dict) -> Iterator[psycopg.Connection]:
    """A session of the reader's own, which its other sessions may end."""
    where = live["where"]
    with psycopg.connect(
        host=where["host"],
        port=where["port"],
        dbname=where["database"],
        user="live_reader",
        password=live["roles"]["live_reader"],
    ) as connection:
        yield connection


@pytest.fixture
def never_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many back-ends are stuck: every attack has to get as far as it can."""
    monkeypatch.setattr(stuck, "MOST", 1_000)


def session_of(tenant: Tenant, oracle: psycopg.Connection) -> object:
    """Who it is and all it may set, as the next query finds them. The reader may not list its settings by itself."""
    settable = oracle.execute(SETTABLE).fetchone()
    with connections.lease(tenant) as connection:
        return connection.execute(SETTINGS, settable).fetchone()


def harm_of(oracle: psycopg.Connection, tenant: Tenant, ask: Ask, tried: list[tuple[str, list[str]]]) -> list[str]:
    """The attacks whose answer holds a secret, or after which anything is not as it was."""
    harm = []
    session, before = session_of(tenant, oracle), oracle.execute(FINGERPRINT).fetchone()
    for start in range(0, len(tried), AT_ONCE):
        batch = tried[start : start + AT_ONCE]
        for name, statements in batch:
            answers = [ask(tenant, statement) for statement in statements]
            harm += [f"{name} leaks {secret}" for answer in answers for secret in SECRETS if secret in answer]
        if (after := oracle.execute(FINGERPRINT).fetchone()) != before or session_of(tenant, oracle) != session:
            harm.append(f"one of these changes something: {[name for name, _ in batch]}")
            before = after
    return harm + [f"notified: {notice.payload}" for notice in oracle.notifies(timeout=0)]


def left_running(oracle: psycopg.Connection, tenant: Tenant) -> list[str]:
    """What the tenant's back-ends still do once they have had a second to end."""
    asked = "SELECT query FROM pg_stat_activity WHERE usename = %s AND state = 'active'"
    for _ in range(10):
        if not (found := oracle.execute(asked, [tenant.user]).fetchall()):
            break
        time.sleep(0.1)
    return [query for (query,) in found]


def test_there_are_attacks_to_speak_of() -> None:
    assert len(MEASURED) >= 148
    assert len(OURS) >= 100
    assert len(CANNOT_BE_INTERRUPTED) == 2
    assert len(attacks(costly=True)) > len(attacks(costly=False)) >= 215


@pytest.mark.usefixtures("never_refused")
@pytest.mark.parametrize("role", ["live_reader", "live_owner"])
def test_no_attack_does_harm(
    oracle: psycopg.Connection, bystander: psycopg.Connection, live_tenant: Callable[..., Tenant], role: str
) -> None:
    tenant = live_tenant(role, timeout_ms=300)
    assert harm_of(oracle, tenant, run, attacks(costly=True)) == []
    assert left_running(oracle, tenant) == []
    assert bystander.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.usefixtures("never_refused")
def test_the_readers_database_stops_them_without_the_guard(
    oracle: psycopg.Connection, bystander: psycopg.Connection, live_tenant: Callable[..., Tenant]
) -> None:
    """All but those that only take time and memory: there the guard is what makes them few."""
    tenant = live_tenant("live_reader", timeout_ms=200)
    assert harm_of(oracle, tenant, run_unguarded, attacks(costly=False)) == []
    assert bystander.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("harm", "remedy"),
    [
        ("UPDATE sales.canary SET v = 'x'", "UPDATE sales.canary SET v = 'intact'"),
        ("SELECT pg_advisory_lock(7)", "SELECT pg_advisory_unlock(7)"),
        ("SELECT nextval('sales.seq')", "SELECT setval('sales.seq', 1, false)"),
        ("SELECT lo_put(777001, 0, 'X')", "SELECT lo_put(777001, 0, 'L')"),
        ("ALTER ROLE live_owner PASSWORD 'evil'", "ALTER ROLE live_owner PASSWORD 'owner'"),
        ("ALTER ROLE live_owner SET work_mem = '1MB'", "ALTER ROLE live_owner RESET work_mem"),
        ("GRANT DELETE ON sales.orders TO live_reader", "REVOKE DELETE ON sales.orders FROM live_reader"),
        ("COMMENT ON TABLE sales.canary IS 'x'", "COMMENT ON TABLE sales.canary IS NULL"),
        ("SELECT pg_file_write('evil', 'x', false)", "SELECT pg_file_unlink('evil')"),
        ("CREATE TABLE sales.evil ()", "DROP TABLE sales.evil"),
    ],
)
def test_the_oracle_sees_harm(oracle: psycopg.Connection, harm: str, remedy: str) -> None:
    """Else it would prove nothing."""
    before = oracle.execute(FINGERPRINT).fetchone()
    oracle.execute(harm)
    assert oracle.execute(FINGERPRINT).fetchone() != before
    oracle.execute(remedy)


def test_what_analysts_write_is_answered(live_tenant: Callable[..., Tenant]) -> None:
    tenant = live_tenant("live_reader")
    cases = measured("sql_benign.jsonl", "pass") + measured("sql_attacks.jsonl", "harmless") + written("more_legitimate.sql")
    assert len(cases) >= 100
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


def test_what_cannot_be_interrupted_is_answered_and_no_more_of_it_let_in(
    oracle: psycopg.Connection, contrib_server: EmbeddedServer, live_tenant: Callable[..., Tenant]
) -> None:
    tenant = live_tenant("live_reader", timeout_ms=2_000)  # by then a busy machine too has come to what cannot be interrupted
    ask = PostgresSource(tenant).run
    ask({"panel": SqlQuery(text="SELECT 1")})
    with ThreadPoolExecutor(2) as threads:
        hanging = [threads.submit(ask, {"panel": SqlQuery(text=sql)}) for sql in CANNOT_BE_INTERRUPTED.values()]
        assert {type(query.exception(timeout=30)) for query in hanging} == {QueryTimeout}
    with pytest.raises(SourceUnavailable, match="could not be stopped"):
        ask({"panel": SqlQuery(text="SELECT 1")})
    assert end_at_once(oracle, tenant) == 2
    wait_until_up_again(contrib_server, oracle)


def end_at_once(oracle: psycopg.Connection, tenant: Tenant) -> int:
    """Only SIGQUIT reaches such a back-end, and PostgreSQL takes it for a crash: all sessions end."""
    asked = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND state = 'active'"
    found = oracle.execute(asked, [tenant.user]).fetchall()
    for (process,) in found:
        os.kill(process, signal.SIGQUIT)
    return len(found)


def wait_until_up_again(server: EmbeddedServer, session: psycopg.Connection) -> None:
    with suppress(psycopg.OperationalError):
        for _ in range(200):
            session.execute("SELECT pg_sleep(0.05)")
    for _ in range(200):
        time.sleep(0.05)
        with suppress(psycopg.OperationalError), psycopg.connect(server.url("postgres")):
            return
