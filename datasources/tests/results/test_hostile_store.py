"""Whatever stands in the store, an asker gets an answer: bytes that are none are a miss."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from datasources.base import Query, SeriesQuery, SqlQuery
from datasources.errors import BudgetSpent, SourceError
from datasources.postgres import PostgresSource
from datasources.results import fetch, forget_results
from datasources.results.key import key_of
from datasources.results.outcome import as_outcome, error_of
from datasources.results.packed import FORM
from datasources.runs.packed import FORM as RUNS
from datasources.store import store
from datasources.tests.made_up import made_up
from datasources.timerange import Bucket, TimeRange
from tenants.models import Tenant

NOW = datetime.now(UTC)
ROWS = SqlQuery(text="SELECT n, 'é' AS text, now() AS at, 1.5::numeric AS d FROM generate_series(1, 2) n")
CHART = SeriesQuery(
    table="hits",
    timestamp="at",
    value="n",
    label="host",
    time_range=TimeRange(NOW - timedelta(hours=9), NOW),
    bucket=Bucket(1, "hour"),
)
HITS = """
DROP TABLE IF EXISTS hits;
CREATE TABLE hits (at timestamptz, host text, n int);
INSERT INTO hits SELECT now() - n * interval '7 min', 'h' || n % 2, n FROM generate_series(0, 90) n;
"""
BYTES = {"nothing": b"", "one": b"\x00", "an older version": b"PD2" + bytes(40), "a pickle": b"\x80\x04." * 9}


@pytest.fixture
def hits(acme: Tenant, acme_database: dict, admin_sql: Callable[..., None]) -> Tenant:
    admin_sql(acme_database, HITS)
    return acme


def look(tenant: Tenant, query: Query, not_before: datetime = NOW - timedelta(minutes=5)) -> Any:
    forget_results()
    return fetch(PostgresSource(tenant), {"q": query}, not_before=not_before)


def kept(tenant: Tenant, query: Query, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What a look puts into the store, by key."""
    seen: dict[str, bytes] = {}
    shared = store()
    put = shared.put
    with monkeypatch.context() as patch:
        patch.setattr(shared, "put", lambda key, value, seconds: seen.update({key: value}) or put(key, value, seconds))
        look(tenant, query, datetime.now(UTC))
        forget_results()
    return seen


@pytest.mark.parametrize("name", BYTES)
def test_bytes_of_another_kind_are_a_miss(hits: Tenant, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in kept(hits, CHART, monkeypatch):
        store().put(key, BYTES[name], 60)
    assert look(hits, CHART).how == "asked"


@pytest.mark.parametrize("query", [ROWS, CHART], ids=["rows", "chart"])
def test_made_up_results_and_runs_are_no_error(hits: Tenant, query: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept(hits, query, monkeypatch)
    own = key_of(PostgresSource(hits), {"q": query})

    @settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
    @given(some.data())
    def holds(data: some.DataObject) -> None:
        key = data.draw(some.sampled_from(sorted(before)))
        if key != own:
            store().delete([own])
        store().put(key, data.draw(made_up(FORM if key == own else RUNS, before[key])), 60)
        assert look(hits, query).how in {"asked", "stored"}

    holds()


@given(some.data())
def test_a_made_up_error_is_one_all_the_same(data: some.DataObject) -> None:
    outcome = as_outcome(BudgetSpent("Enough.", detail="x", retry_after_seconds=3.0))
    told = error_of(outcome)
    assert (type(told), told.sentence, told.detail) == (BudgetSpent, "Enough.", "x")
    assert isinstance(error_of(data.draw(made_up(FORM, outcome))), SourceError)
    assert error_of(data.draw(some.binary(max_size=60))).sentence == "The query failed."
