"""A tenant's query budget: seconds of work in a minute, over all processes; without a store, of each."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from datasources import store
from datasources.base import SqlQuery
from datasources.budget import Budget, budget
from datasources.errors import BudgetSpent, QueryFailed
from datasources.landing import landings
from datasources.postgres import PostgresSource
from tenants.models import Tenant

MINUTE = 29_000_000 * 60.0


class Clock:
    def __init__(self) -> None:
        self.now = MINUTE + 12

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spend(process: Budget, tenant: Tenant, seconds: float) -> None:
    process.spend(tenant, seconds)
    landings.done()


def test_who_has_spent_it_waits_for_the_next_minute(acme: Tenant, clock: Clock) -> None:
    process = Budget(clock)
    process.spend(acme, 239.9)
    process.refuse_if_spent(acme)
    process.spend(acme, 0.1)
    with pytest.raises(BudgetSpent, match="done its share") as caught:
        process.refuse_if_spent(acme)
    assert caught.value.retry_after_seconds == 48
    clock.now += 48
    process.refuse_if_spent(acme)


def test_each_tenant_has_its_own(acme: Tenant, globex: Tenant, clock: Clock) -> None:
    process = Budget(clock)
    spend(process, acme, 300)
    process.refuse_if_spent(globex)


def test_a_process_learns_what_others_spent_when_it_spends_itself(acme: Tenant, clock: Clock) -> None:
    one, other = Budget(clock), Budget(clock)
    spend(one, acme, 300)
    other.refuse_if_spent(acme)
    spend(other, acme, 0.1)
    with pytest.raises(BudgetSpent):
        other.refuse_if_spent(acme)


def test_without_a_store_each_process_has_its_own(acme: Tenant, clock: Clock, settings: Any) -> None:
    store.close_store()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    one, other = Budget(clock), Budget(clock)
    try:
        for seconds in (200, 50):
            spend(one, acme, seconds)
        spend(other, acme, 50)
    finally:
        store.close_store()
    other.refuse_if_spent(acme)
    with pytest.raises(BudgetSpent):
        one.refuse_if_spent(acme)


def test_there_may_be_none(acme: Tenant, clock: Clock, settings: Any) -> None:
    settings.TENANT_SECONDS_A_MINUTE = 0
    process = Budget(clock)
    spend(process, acme, 1_000_000)
    process.refuse_if_spent(acme)


def test_a_query_is_not_asked_beyond_it_nor_is_a_file_begun(acme: Tenant, spend_budget: Callable[[Tenant], None]) -> None:
    source, query = PostgresSource(acme), SqlQuery(text="SELECT 1 AS one")
    assert source.run({"q": query})["q"].row_count == 1
    spend_budget(acme)
    with pytest.raises(BudgetSpent):
        source.run({"q": query})
    with pytest.raises(BudgetSpent):
        next(source.stream(query))
    assert source.explain(query).cost >= 0


@pytest.mark.parametrize(
    "text", ["SELECT count(*) FROM generate_series(1, 300000)", "SELECT 1 / (g - g) FROM generate_series(1, 3) g"]
)
def test_what_queries_take_is_spent_be_they_good_or_not(acme: Tenant, spent: Callable[[], list[float]], text: str) -> None:
    with suppress(QueryFailed):
        PostgresSource(acme).run({"q": SqlQuery(text=text)})
    assert spent()[-1] > 0


def test_what_a_slow_reader_takes_is_not_spent(acme: Tenant, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    process = Budget(timer=clock)
    seconds: list[float] = []
    monkeypatch.setattr(process, "spend", lambda _tenant, took: seconds.append(took))

    def frames() -> Iterator[int]:
        for number in range(3):
            clock.now += 1
            yield number

    for _ in process.spending_on(acme, frames()):
        clock.now += 100
    assert seconds == [3]


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[float]]:
    """What was spent since."""
    seconds: list[float] = []
    monkeypatch.setattr(budget, "spend", lambda _tenant, took, **_: seconds.append(took))
    return lambda: seconds
