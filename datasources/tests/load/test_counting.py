"""Counted minute by minute, added up over processes, and nothing of it lost while the store is down."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources import store
from datasources.base import SqlQuery
from datasources.errors import BudgetSpent
from datasources.landing import landings
from datasources.load import counting, load, read_load
from datasources.load.counting import Counting
from datasources.load.minute import Minute
from datasources.postgres import PostgresSource
from datasources.results import fetch
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
NOBODY = 7_000_000  # no tenant's key


@pytest.fixture
def one() -> Counting:
    return Counting()


@pytest.fixture
def other() -> Counting:
    return Counting()


def test_a_minute_travels_whole() -> None:
    minute = Minute(worker="here:1", connections={"open": 2})
    minute.tenant(1).results["known"] += 3
    minute.tenant(1).away["busy"] += 1
    minute.panel(1, 2).longest_ms = 9
    assert Minute.from_bytes(minute.to_bytes()) == minute


def test_all_processes_are_added_up(one: Counting, other: Counting) -> None:
    key = NOBODY + 1
    for process in (one, other):
        process.worked(key, 1_500)
        process.result(key, "known")
        process.away(key, "budget")
        process.panel(key, 9, 1_400)
    other.send()
    whole = read_load(one).whole
    assert (whole.tenants[key].queries, whole.tenants[key].ms) == (2, 3_000)
    assert (whole.tenants[key].results, whole.tenants[key].away) == ({"known": 2}, {"budget": 2})
    assert (whole.panels[key, 9].asked, whole.panels[key, 9].longest_ms) == (2, 1_400)


def test_what_is_sent_again_is_not_counted_twice(one: Counting) -> None:
    key = NOBODY + 2
    for _ in range(3):
        one.worked(key, 100)
        one.send()
    assert read_load(one).whole.tenants[key].queries == 3


def test_the_most_at_once_is_that_of_one_process(one: Counting, other: Counting) -> None:
    key = NOBODY + 3
    with one.running(key), one.running(key), other.running(key):
        pass
    with one.running(key):
        pass
    other.send()
    assert read_load(one).whole.tenants[key].at_once == 2


def test_old_minutes_are_forgotten(clock: list[float]) -> None:
    process = Counting(lambda: clock[0])
    process.worked(NOBODY + 4, 1)
    clock[0] += 60 * counting.MINUTES
    process.worked(NOBODY + 5, 1)
    assert [list(minute.tenants) for minute in process.own()] == [[NOBODY + 5]]


def test_while_the_store_is_down_one_sees_the_processs_own_and_nothing_is_lost(
    one: Counting, other: Counting, settings: Any
) -> None:
    key = NOBODY + 6
    store.close_store()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    one.worked(key, 100)
    down = read_load(one)
    store.close_store()
    settings.CACHE_URL = ""
    assert (down.is_down, down.whole.tenants[key].queries) == (True, 1)
    one.send()
    assert read_load(other).whole.tenants[key].queries == 1


def test_a_minute_that_had_to_make_room_is_missed(one: Counting, other: Counting) -> None:
    before = read_load(other).missing
    one.worked(NOBODY + 7, 1)
    one.send()
    store.store().delete(one._places.values())
    assert read_load(other).missing == before + 1


def test_a_thread_sends_it(one: Counting, other: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SENT_EVERY_SECONDS", 0.01)
    one.worked(NOBODY + 8, 1)
    deadline = time.monotonic() + 20
    while NOBODY + 8 not in read_load(other).whole.tenants:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    monkeypatch.undo()


def test_what_panels_ask_is_counted(acme: Tenant, spend_budget: Any) -> None:
    def ask(ago: int, **facts: bool) -> None:
        moment = datetime.now(UTC) - timedelta(seconds=ago)
        fetch(PostgresSource(acme), {"q": SqlQuery(text="SELECT 1")}, not_before=moment, **facts)

    ask(60)
    ask(60)
    spend_budget(acme)
    ask(0, or_last=True)
    with pytest.raises(BudgetSpent):
        ask(0)
    landings.done()
    mine = read_load(load).whole.tenants[acme.pk]
    assert mine.queries >= 1
    assert mine.results == {"asked": 1, "known": 1, "last": 1}
    assert mine.away == {"budget": 2}
    assert mine.at_once == 1


def test_each_query_of_a_panel_counts(acme: Tenant) -> None:
    def asked() -> int:
        return sum(minute.tenants[acme.pk].queries for minute in load.own() if acme.pk in minute.tenants)

    source, three = PostgresSource(acme), {name: SqlQuery(text="SELECT 1") for name in ("value", "before", "line")}
    source.run(three)  # and its catalogue, which it knows from then on
    before = asked()
    source.run(three)
    assert asked() == before + 3


@pytest.fixture
def clock() -> list[float]:
    return [29_000_000 * 60.0]
