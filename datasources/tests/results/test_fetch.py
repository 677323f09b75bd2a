"""One place between a refresh and a source: shared, one flight, errors shared and not kept, nothing foreign, nothing old."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from datasources import store
from datasources.base import SqlQuery
from datasources.errors import QueryFailed, QueryTimeout
from datasources.frame import rows_of
from datasources.landing import landings
from datasources.postgres import PostgresSource
from datasources.results import Result, fetch, forget_results
from datasources.results.entry import Entry, make_entry, packed
from datasources.results.fetch import _first, _threads
from datasources.results.key import key_of
from paneldash.embedded import EmbeddedServer
from tenants.models import Tenant

ROOT = Path(__file__).resolve().parents[3]
LONG_AGO = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICK = SqlQuery(text="SELECT n FROM tick")
SLOW = "SELECT count(*) FROM generate_series(1, {}) a, generate_series(1, 1000) b"


@pytest.fixture
def tick(acme: Tenant, acme_database: dict, admin_sql: Callable[..., None]) -> Callable[[int], None]:
    """Set the number that the table `tick` of Acme holds."""

    def write(number: int) -> None:
        admin_sql(acme_database, f"UPDATE tick SET n = {number}")

    admin_sql(acme_database, "DROP TABLE IF EXISTS tick; CREATE TABLE tick (n int); INSERT INTO tick VALUES (1)")
    return write


def ask(tenant: Tenant, query: SqlQuery = TICK, *, newest: bool = False, **facts: Any) -> Result:
    not_before = datetime.now(UTC) if newest else LONG_AGO
    return fetch(PostgresSource(tenant), {"q": query}, not_before=not_before, **facts)


def made(tenant: Tenant, query: SqlQuery, *, seconds_ago: float, took_seconds: float = 0.0) -> Entry:
    """What this process would know if it had asked then."""
    entry = make_entry({}, asked_at=time.time() - seconds_ago, elapsed_ms=took_seconds * 1_000)
    _first.put(key_of(PostgresSource(tenant), {"q": query}), entry)
    return entry


def value(result: Result) -> Any:
    return next(rows_of(result.entry.frames, "q").rows())[0]


def seen(result: Result) -> tuple[str, Any]:
    return result.how, value(result)


def test_who_asks_second_gets_the_first_ones_answer(acme: Tenant, tick: Callable[[int], None]) -> None:
    assert seen(ask(acme)) == ("asked", 1)
    tick(2)
    assert seen(ask(acme)) == ("known", 1)
    forget_results()
    assert seen(ask(acme)) == ("stored", 1)
    assert seen(ask(acme)) == ("known", 1)


def test_what_is_held_back_is_stored_before_its_asker_asks_for_more(acme: Tenant, tick: Callable[[int], None]) -> None:
    key = key_of(PostgresSource(acme), {"q": TICK})
    with landings.held():
        ask(acme)
        landings.done()
        assert store.store().get(key) is None
        ask(acme, SqlQuery(text="SELECT n + 1 FROM tick"))
        landings.done()
        assert store.store().get(key) is not None


def test_what_a_clock_far_ahead_has_asked_is_not_new_enough(
    acme: Tenant, tick: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = time.time() + 3_600
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: ahead)
        ask(acme)
    tick(2)
    assert seen(ask(acme)) == ("asked", 2)
    assert seen(ask(acme)) == ("known", 2)


def test_a_later_moment_is_asked_for_anew(acme: Tenant, tick: Callable[[int], None]) -> None:
    ask(acme)
    tick(2)
    assert seen(ask(acme, newest=True)) == ("asked", 2)
    assert seen(ask(acme)) == ("known", 2)


def test_what_changes_a_tenants_connection_takes_effect_at_once(
    acme: Tenant, tick: Callable[[int], None], globex_database: dict, admin_sql: Callable[..., None]
) -> None:
    assert seen(ask(acme)) == ("asked", 1)
    admin_sql(globex_database, "DROP TABLE IF EXISTS tick; CREATE TABLE tick (n int); INSERT INTO tick VALUES (7)")
    for name in ("host", "port", "database", "user"):
        setattr(acme, name, globex_database[name])
    acme.set_password(globex_database["password"])
    acme.save()
    assert seen(ask(acme)) == ("asked", 7)


def test_two_tenants_never_share(
    acme: Tenant, globex: Tenant, tick: Callable[[int], None], globex_database: dict, admin_sql: Callable[..., None]
) -> None:
    admin_sql(globex_database, "DROP TABLE IF EXISTS tick; CREATE TABLE tick (n int); INSERT INTO tick VALUES (7)")
    assert seen(ask(acme)) == ("asked", 1)
    assert seen(ask(globex)) == ("asked", 7)


def test_an_error_is_not_kept(acme: Tenant, tick: Callable[[int], None]) -> None:
    broken = SqlQuery(text="SELECT 1 / (n - n) FROM tick")
    for _ in range(2):
        with pytest.raises(QueryFailed, match="zero"):
            ask(acme, broken)


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_at_once_cost_one_query(acme: Tenant) -> None:
    slow = SqlQuery(text=SLOW.format(3_000))
    with ThreadPoolExecutor(8) as threads:
        hows = Counter(result.how for result in threads.map(lambda _: _in_a_thread(lambda: ask(acme, slow)), range(8)))
    assert hows["asked"] == 1
    assert hows["waited"] + hows["known"] == 7


@pytest.mark.django_db(transaction=True)
def test_an_error_is_that_of_all_who_waited(acme: Tenant) -> None:
    acme.timeout_ms = 500
    acme.save()
    endless = SqlQuery(text=SLOW.format(10_000_000))

    def fails() -> str:
        with pytest.raises(QueryTimeout) as caught:
            ask(acme, endless)
        return caught.value.sentence

    with ThreadPoolExecutor(6) as threads:
        said = set(threads.map(lambda _: _in_a_thread(fails), range(6)))
    assert len(said) == 1


@pytest.mark.django_db(transaction=True)
def test_while_a_fresh_result_is_fetched_a_slightly_old_one_is_shown(acme: Tenant) -> None:
    slow = SqlQuery(text=SLOW.format(6_000))
    key = key_of(PostgresSource(acme), {"q": slow})
    first, second = made(acme, slow, seconds_ago=20), make_entry({}, asked_at=time.time() - 10, elapsed_ms=0.0)
    store.store().put(key, packed(second), 60)  # as another process does
    with ThreadPoolExecutor(1) as threads:
        fetching = threads.submit(_in_a_thread, lambda: ask(acme, slow, newest=True, stale_seconds=60))
        while key not in _threads._flights and not fetching.done():
            time.sleep(0.001)
        shown = first
        while shown == first and not fetching.done():
            shown = ask(acme, slow, newest=True, stale_seconds=60).entry
        assert shown.asked_at == second.asked_at
        assert fetching.result(20).how == "asked"
    assert ask(acme, slow).how == "known"


def test_who_polls_has_a_dear_result_for_twice_as_long_as_it_took(acme: Tenant, tick: Callable[[int], None]) -> None:
    made(acme, TICK, seconds_ago=20, took_seconds=15)
    assert ask(acme, newest=True, stale_seconds=30).how == "known"
    assert ask(acme, newest=True).how == "asked"
    forget_results()
    made(acme, TICK, seconds_ago=20, took_seconds=8)
    store.store().delete([key_of(PostgresSource(acme), {"q": TICK})])
    assert ask(acme, newest=True, stale_seconds=30).how == "asked"


def test_another_process_has_a_dear_result_for_as_long(acme: Tenant, tick: Callable[[int], None]) -> None:
    acme.timeout_ms = 30_000
    dear = make_entry({}, asked_at=time.time() - 45, elapsed_ms=25_000)
    store.store().put(key_of(PostgresSource(acme), {"q": TICK}), packed(dear), 60)
    assert ask(acme, newest=True, stale_seconds=30).how == "stored"
    forget_results()
    assert ask(acme, newest=True).how == "asked"


@pytest.mark.parametrize("how", ["never there", "gone meanwhile"])
def test_without_a_store_panels_still_answer(
    acme: Tenant, tick: Callable[[int], None], settings: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "gone meanwhile":
        ask(acme)
    store.close_store()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    try:
        assert ask(acme, newest=True).how == "asked"
        assert ask(acme).how == "known"
        assert ask(acme, newest=True).how == "asked"
        assert store.store().figures().is_down
    finally:
        store.close_store()


def test_damaged_bytes_in_the_store_are_asked_for_anew(acme: Tenant, tick: Callable[[int], None]) -> None:
    ask(acme)
    forget_results()
    store.store().put(key_of(PostgresSource(acme), {"q": TICK}), b"nonsense", 60)
    assert ask(acme).how == "asked"


def test_a_result_made_of_frames_is_made_once(acme: Tenant, tick: Callable[[int], None]) -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [ask(acme).entry.once("figure", make) for _ in range(3)] == [1, 1, 1]
    assert ask(acme, newest=True).entry.once("figure", make) == 2


def test_values_alone_make_the_mark(acme: Tenant, tick: Callable[[int], None]) -> None:
    before = ask(acme).entry.etag
    assert ask(acme, newest=True).entry.etag == before
    tick(2)
    assert ask(acme, newest=True).entry.etag != before


@pytest.fixture
def start(transactional_db: None, embedded_server: EmbeddedServer) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Workers of their own, started and waiting to ask."""
    started: list[subprocess.Popen[str]] = []
    settings = {**os.environ, "DATABASE_URL": embedded_server.url(str(connection.settings_dict["NAME"]))}

    def begin(tenant: Tenant, text: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "datasources.tests.results.player", tenant.slug, text, str(LONG_AGO.timestamp())]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, cwd=ROOT, env=settings, **pipes))
        assert _line(started[-1]) == "ready"
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_processes_that_ask_at_once_cost_one_query(acme: Tenant, start: Callable[..., subprocess.Popen[str]]) -> None:
    workers = [start(acme, SLOW.format(8_000)) for _ in range(3)]
    for worker in workers:
        _tell(worker)
    answers = sorted(map(_line, workers))
    assert answers == ["asked (8000000,)", "stored (8000000,)", "stored (8000000,)"]


def test_an_error_is_told_to_other_processes_too(acme: Tenant, start: Callable[..., subprocess.Popen[str]]) -> None:
    acme.timeout_ms = 2_000
    acme.save()
    workers = [start(acme, SLOW.format(10_000_000)) for _ in range(2)]
    for worker in workers:
        _tell(worker)
    assert set(map(_line, workers)) == {"QueryTimeout The query took longer than it may. Try a shorter time range."}


def test_a_leader_that_is_killed_holds_nobody_up_for_longer_than_its_lease(
    acme: Tenant, start: Callable[..., subprocess.Popen[str]], embedded_server: EmbeddedServer
) -> None:
    text = SLOW.format(8_000)
    leader, follower = start(acme, text), start(acme, text)
    _tell(leader)
    _until_claimed()
    leader.send_signal(signal.SIGKILL)
    _tell(follower)
    assert _line(follower) == "asked (8000000,)"


def _tell(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


def _line(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def _until_claimed() -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM datasources_flight WHERE token IS NOT NULL AND ends_at > clock_timestamp()")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody leads")


def _in_a_thread(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connections["default"].close()
