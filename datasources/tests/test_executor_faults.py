"""Queries that hang, break, outlive their time or meet a server that is not as it was."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from datasources import stuck
from datasources.base import SqlQuery, TableQuery
from datasources.errors import QueryFailed, QueryRefused, QueryTimeout, SourceUnavailable
from datasources.executor import Limits, Statement, stream
from datasources.postgres import PostgresSource
from datasources.watchdog import Watch
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.tests.proxy import Proxy

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
AdminSql = Callable[[dict, str], None]
SLOW = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
END = """WITH slow AS MATERIALIZED (SELECT pid FROM pg_stat_activity
                                    WHERE usename = %s AND query LIKE '%%generate_series(1, %%' AND state = 'active')
         SELECT pid FROM slow WHERE pg_terminate_backend(pid)"""
TABLE = """
DROP TABLE IF EXISTS things CASCADE;
CREATE TABLE things (id int, name text);
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, 3000) n;
GRANT SELECT ON things TO PUBLIC;
"""


def ask(tenant: Tenant, text: str = "SELECT id, name FROM things") -> int:
    return PostgresSource(tenant).run({"panel": SqlQuery(text=text)})["panel"].row_count


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    small = Pool(per_tenant=2, total=4)
    monkeypatch.setattr(connections, "_pool", small)
    return small


@pytest.fixture
def things(acme: Tenant, acme_database: dict, admin_sql: AdminSql, pool: Pool) -> Tenant:
    admin_sql(acme_database, TABLE)
    acme.timeout_ms = 400
    acme.save()
    return acme


def test_a_locked_table_is_said(things: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 6."""
    things.timeout_ms = 5_000
    ask(things)
    with psycopg.connect(embedded_server.url(things.database)) as other:
        other.execute("LOCK TABLE things IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(QueryTimeout, match="locked"):
            ask(things)
        other.rollback()
    assert ask(things) == 3_000


def test_a_slow_query_ends_in_words_and_frees_its_place(things: Tenant, pool: Pool) -> None:
    """Fault 7."""
    with pytest.raises(QueryTimeout, match="shorter time range"):
        ask(things, SLOW)
    assert pool.figures()["in_use"] == 0
    assert ask(things) == 3_000


def test_our_own_clock_cancels_where_the_servers_was_lost(things: Tenant, pool: Pool, admin_sql: AdminSql) -> None:
    """Fault 7: as behind a pooler that drops the startup options."""
    with connections.lease(things) as connection:
        connection.execute("SET statement_timeout = 0")
    started = time.monotonic()
    with pytest.raises(QueryTimeout):
        ask(things, SLOW)
    assert time.monotonic() - started < 3
    assert pool.figures()["in_use"] == 0


@contextmanager
def stopped(process: int, *, after_seconds: float = 0.0) -> Iterator[None]:
    """A back-end that does nothing at all, as one does in a loop PostgreSQL does not leave."""
    stopper = threading.Timer(after_seconds, os.kill, (process, signal.SIGSTOP))
    stopper.start()
    try:
        yield
    finally:
        stopper.join()
        os.kill(process, signal.SIGCONT)


def is_there(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def wait_until(is_so: Callable[[], bool], *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def back_end(tenant: Tenant) -> int:
    with connections.lease(tenant) as connection:
        return connection.info.backend_pid


def test_a_back_end_that_hears_nothing_is_cut_off(things: Tenant, pool: Pool) -> None:
    """Fault 8: three seconds after its time the socket is closed, whatever the server does."""
    ask(things)
    started = time.monotonic()
    with stopped(back_end(things), after_seconds=0.2), pytest.raises(QueryTimeout):
        ask(things, SLOW)
    assert 3 < time.monotonic() - started < 6
    assert pool.figures()["in_use"] == 0
    assert ask(things) == 3_000


def test_a_server_that_is_silent_from_the_start_stops_nobody_else(things: Tenant, pool: Pool) -> None:
    """Fault 8: libpq's own waiting calls hold the GIL, so that no thread of the process would run."""
    ask(things)
    ticks = []
    with stopped(back_end(things)), ThreadPoolExecutor(1) as threads:
        time.sleep(0.1)
        hanging = threads.submit(ask, things, "SELECT 'never asked before'")
        while not hanging.done():
            ticks.append(time.sleep(0.05))
        assert isinstance(hanging.exception(), QueryTimeout)
    assert len(ticks) > 20


def test_two_back_ends_that_cannot_be_stopped_are_enough(things: Tenant, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 8: a database that is busy in vain gets no more queries, until it is seen to be done."""
    monkeypatch.setattr(stuck, "ASK_EVERY_SECONDS", 0.0)
    ask(things)
    with connections.lease(things) as one, connections.lease(things) as other:
        processes = [one.info.backend_pid, other.info.backend_pid]
    with stopped(processes[0], after_seconds=0.2), stopped(processes[1], after_seconds=0.2), ThreadPoolExecutor(2) as threads:
        hanging = [threads.submit(ask, things, SLOW) for _ in processes]
        assert {type(query.exception(timeout=8)) for query in hanging} == {QueryTimeout}
        with pytest.raises(SourceUnavailable, match="could not be stopped"):
            ask(things)
    wait_until(lambda: not any(map(is_there, processes)))
    assert ask(things) == 3_000


def test_a_database_that_answers_no_query_is_left_alone_until_it_does(
    make_tenant: Callable[..., Tenant], things: Tenant, acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Signing in and asking who is busy goes on working: whatever is longer gets lost on its way."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port}, timeout_ms=400)
    ask(far)
    connections.close_tenant(far)
    proxy.mode = "dry"
    with ThreadPoolExecutor(2) as threads:
        hanging = [threads.submit(ask, far) for _ in range(stuck.SILENCES)]
        assert {type(query.exception(timeout=8)) for query in hanging} == {QueryTimeout}
    wait_until(lambda: is_let_through(far))  # the probe, once nothing is busy any more
    with pytest.raises(SourceUnavailable, match="does not answer"):
        ask(far)
    proxy.mode = "pass"
    stuck._stuck[far.pk].breaker.allow_probe()
    assert ask(far) == 3_000
    assert far.pk not in stuck._stuck
    connections.close_tenant(far)
    proxy.close()


def is_let_through(tenant: Tenant) -> bool:
    try:
        stuck.refuse_if_stuck(tenant)
    except SourceUnavailable:
        return False
    return True


def test_queries_that_are_merely_slow_are_no_silence(things: Tenant) -> None:
    for _ in range(stuck.SILENCES + 1):
        with pytest.raises(QueryTimeout):
            ask(things, SLOW)
    assert things.pk not in stuck._stuck


def test_an_answer_between_two_silences_is_enough(things: Tenant) -> None:
    watch = Watch(None, process=0, was_silent=True)
    for _ in range(stuck.SILENCES + 1):
        stuck.note_stuck(things, watch)
        stuck.note_answer(things)
    assert stuck._stuck[things.pk].breaker.is_quiet


def test_a_slow_reader_is_not_the_databases_silence(things: Tenant, embedded_server: EmbeddedServer) -> None:
    limits = Limits(timeout_ms=100, rows=1_000_000, bytes=1_000_000_000)
    frames = stream(things, Statement("SELECT repeat('x', 1000) FROM generate_series(1, 200000)"), limits, rows_a_frame=10)
    next(frames)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        query = "SELECT FROM pg_stat_activity WHERE usename = %s AND state = 'active'"
        wait_until(lambda: admin.execute(query, [things.user]).fetchone() is None)
    with pytest.raises(QueryTimeout):
        list(frames)
    assert stuck._stuck[things.pk].breaker.is_quiet


def test_a_server_that_falls_silent_in_mid_answer(
    make_tenant: Callable[..., Tenant], things: Tenant, acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Fault 9."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port}, timeout_ms=400)
    assert ask(far) == 3_000
    proxy.mode = "freeze"
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(ask, far)
        assert ask(things) == 3_000
        with pytest.raises(QueryTimeout):
            hanging.result(timeout=8)
    proxy.close()
    assert pool.figures()["in_use"] == 0


def test_a_connection_that_breaks_in_mid_answer_is_tried_once_more(
    make_tenant: Callable[..., Tenant], things: Tenant, acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Fault 10: no half of an answer is ever shown as the whole."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port})
    proxy.mode, proxy.cut_after = "cut", 30_000
    with pytest.raises(SourceUnavailable):
        ask(far)
    assert proxy.accepted == 2
    proxy.mode = "pass"
    assert ask(far) == 3_000
    proxy.close()


def test_a_back_end_that_is_ended_in_mid_query_is_asked_once_more(things: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 13."""
    things.timeout_ms = 8_000
    ask(things)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        running = threads.submit(ask, things, "SELECT count(*) FROM generate_series(1, 3000000) a")
        wait_until(lambda: admin.execute(END, [things.user]).fetchone() is not None)
        assert running.result(timeout=10) == 1


def test_a_server_that_ends_every_back_end_is_said(things: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 13: asked twice and no more."""
    things.timeout_ms = 8_000
    ask(things)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        running = threads.submit(ask, things, SLOW)
        ended: set[tuple] = set()
        wait_until(lambda: len(ended.update(admin.execute(END, [things.user])) or ended) == 2)
        with pytest.raises(SourceUnavailable, match="restarting"):
            running.result(timeout=10)


def test_a_query_that_needs_too_much_disk(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    """Fault 17."""
    admin_sql(acme_database, f"ALTER ROLE {things.user} SET temp_file_limit = '1MB'")
    try:
        connections.close_tenant(things)
        things.timeout_ms = 8_000
        with pytest.raises(QueryFailed, match="temporary space"):
            ask(
                things,
                "WITH big AS MATERIALIZED (SELECT repeat('x', 100) FROM generate_series(1, 400000)) SELECT count(*) FROM big",
            )
    finally:
        admin_sql(acme_database, f"ALTER ROLE {things.user} RESET temp_file_limit")


def test_what_the_role_or_the_database_has_set_changes_no_value(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    """Fault 21."""
    values = """SELECT timestamptz '2026-03-01 12:00Z' AS t, interval '1 month 2 days' AS i, '\\xff00'::bytea AS b,
                       date '2026-03-02' AS d, 'a\\b' AS s, 0.1::float8 + 0.2 AS f, 0.1::float4 AS r,
                       ARRAY[0.1::float8 + 0.2] AS a, 'x' || (0.1::float8 + 0.2) AS t, to_char(date '2026-03-02', 'TMDay') AS n"""
    before = PostgresSource(things).run({"q": SqlQuery(text=values)})["q"].values
    settings = {
        "DateStyle": "German, DMY", "TimeZone": "Asia/Tokyo", "bytea_output": "escape", "IntervalStyle": "iso_8601",
        "standard_conforming_strings": "off", "search_path": "pg_catalog", "extra_float_digits": "-10",
    }  # fmt: skip
    admin_sql(acme_database, ";".join(f"ALTER ROLE {things.user} SET {name} = '{value}'" for name, value in settings.items()))
    try:
        connections.close_tenant(things)
        assert PostgresSource(things).run({"q": SqlQuery(text=values)})["q"].values == before
        assert ask(things) == 3_000
    finally:
        admin_sql(acme_database, f"ALTER ROLE {things.user} RESET ALL")


def test_bytes_that_are_no_text_are_said(
    make_tenant: Callable[..., Tenant], tenant_database: Callable[..., dict], embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Fault 22: a database that never checked what it stores."""
    fields = tenant_database("sql_ascii")
    name = sql.Identifier(fields["database"])
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'").format(name))
    with psycopg.connect(embedded_server.url(fields["database"]), autocommit=True) as owner:
        owner.execute(b"CREATE TABLE texts (t text); INSERT INTO texts VALUES (E'caf\\xe9'); GRANT SELECT ON texts TO PUBLIC")
    tenant = make_tenant("ascii", fields)
    with pytest.raises(QueryFailed, match=r"encoding|UTF-8"):
        ask(tenant, "SELECT t FROM texts")
    assert ask(tenant, "SELECT length(t) FROM texts") == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("ALTER TABLE things RENAME COLUMN name TO title", "column"),
        ("DROP TABLE things", "table"),
        ("REVOKE SELECT ON things FROM PUBLIC, test_acme_reader", "table|may not read"),
    ],
)
def test_what_is_gone_while_a_panel_is_open(
    things: Tenant, admin_sql: AdminSql, acme_database: dict, change: str, sentence: str
) -> None:
    """Faults 23 and 24: known to the catalogue a moment ago."""
    query = TableQuery(table="things", columns={"name": "name"}, limit=5)
    assert PostgresSource(things).run({"panel": query})["panel"].row_count == 5
    admin_sql(acme_database, change.replace("test_acme_reader", things.user))
    with pytest.raises((QueryFailed, QueryRefused), match=sentence):
        PostgresSource(things).run({"panel": query})


@pytest.mark.parametrize(
    "types", [("int", "text"), ("text", "int"), ("int", "timestamptz"), ("date", "numeric"), ("numeric", "bigint")]
)
def test_a_type_that_changed_is_described_anew(
    things: Tenant, admin_sql: AdminSql, acme_database: dict, types: tuple[str, str]
) -> None:
    """Fault 26: what was remembered of the statement no longer holds."""
    query = {"q": SqlQuery(text="SELECT changing FROM things ORDER BY id LIMIT 1")}
    described = []
    for kind in types:
        admin_sql(acme_database, f"ALTER TABLE things DROP COLUMN IF EXISTS changing; ALTER TABLE things ADD changing {kind}")
        described.append(PostgresSource(things).run(query)["q"].columns[0].type_name)
    assert described == [{"int": "int4", "bigint": "int8"}.get(kind, kind) for kind in types]


def test_a_schema_of_many_tables_and_a_very_wide_one(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    """Fault 25."""
    wide = ", ".join(f"column_{number} int" for number in range(1_600))
    many = "DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE TABLE many.t%s (id int)', n); END LOOP; END $$"
    admin_sql(acme_database, f"CREATE SCHEMA many; CREATE TABLE many.wide ({wide}); {many}")
    try:
        admin_sql(acme_database, "GRANT USAGE ON SCHEMA many TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA many TO PUBLIC")
        things.search_path = "public, many"
        things.save()
        assert ask(things, "SELECT id FROM t1999") == 0
        with pytest.raises(QueryRefused, match="1600 columns"):
            ask(things, "SELECT * FROM wide")
    finally:
        admin_sql(acme_database, "DROP SCHEMA many CASCADE")


def test_asking_after_stuck_back_ends_does_not_hang_itself(
    make_tenant: Callable[..., Tenant], acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """A server that fell silent is asked whether it is still busy: with the clock running."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port}, timeout_ms=400)
    ask(far, "SELECT 1")
    with connections.lease(far) as connection:
        stuck.note_stuck(far, Watch(connection, process=1))
    proxy.mode = "freeze"
    with ThreadPoolExecutor(1) as threads, pytest.raises((QueryTimeout, SourceUnavailable)):
        threads.submit(ask, far, "SELECT 1").result(timeout=15)
    proxy.close()
    assert pool.figures()["in_use"] == 0


def test_an_export_has_more_time_than_a_panel(things: Tenant) -> None:
    text = "SELECT count(*) FROM generate_series(1, 4000000)"
    with pytest.raises(QueryTimeout):
        ask(things, f"{text} a, generate_series(1, 3) b")
    frames = list(PostgresSource(things).stream(SqlQuery(text=f"{text} a, generate_series(1, 3) b")))
    assert frames[0].values == ((12_000_000,),)
