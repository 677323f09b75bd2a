"""Closed buckets come from the store: the tenant's database is asked for what may have changed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources import store
from datasources.base import Query, SeriesQuery, SqlSeriesQuery
from datasources.frame import series_of
from datasources.postgres import PostgresSource
from datasources.results import Result, fetch, forget_results
from datasources.results.closed import ask
from datasources.timerange import Bucket, TimeRange
from tenants.models import Tenant

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(hours=20, minutes=NOW.minute)
DAY = TimeRange(NOW - timedelta(days=1), NOW)
STRUCTURED = SeriesQuery(
    table="hits", timestamp="at", value="n", label="host", aggregate="sum", time_range=DAY, bucket=Bucket(10, "minute")
)
BY_SQL = SqlSeriesQuery(
    text="SELECT $__timeGroup(at, '10m') AS time, host, sum(n) AS value FROM hits WHERE $__timeFilter(at) GROUP BY 1, 2",
    time_range=DAY,
)


@pytest.fixture
def hit(acme: Tenant, acme_database: dict, admin_sql: Callable[..., None]) -> Callable[[datetime], None]:
    """Add a hit at a moment to Acme's table, which has one every minute of two days."""
    admin_sql(
        acme_database,
        "DROP TABLE IF EXISTS hits; CREATE TABLE hits (at timestamptz, host text, n int); CREATE INDEX ON hits (at);"
        "INSERT INTO hits SELECT now() - n * interval '1 min', 'h' || n % 2, 1 FROM generate_series(0, 2880) n",
    )
    return lambda at: admin_sql(acme_database, f"INSERT INTO hits VALUES ('{at.isoformat()}', 'late', 1000)")


def look(tenant: Tenant, query: Query, **facts: Any) -> Result:
    """Another window, with nothing known in the process."""
    forget_results()
    return fetch(PostgresSource(tenant), {"s": query}, not_before=datetime.now(UTC), **facts)


def labels(result: Result) -> list[str]:
    return [series.label for series in series_of(result.entry.frames, "s").series]


@pytest.mark.parametrize("query", [STRUCTURED, BY_SQL], ids=["structured", "sql"])
def test_a_closed_bucket_is_asked_once_and_an_open_one_each_time(
    acme: Tenant, hit: Callable[[datetime], None], query: Query
) -> None:
    assert labels(look(acme, query)) == ["h0", "h1"]
    hit(LONG_AGO)
    assert labels(look(acme, query)) == ["h0", "h1"]
    hit(NOW - timedelta(microseconds=1))  # in the bucket that the range cuts, which stays open however late it is asked
    late = series_of(look(acme, query).entry.frames, "s").series[-1]
    assert (late.label, len(late.times)) == ("late", 1)


@pytest.mark.parametrize("query", [STRUCTURED, BY_SQL], ids=["structured", "sql"])
def test_who_insists_gets_closed_buckets_anew_and_so_do_those_after(
    acme: Tenant, hit: Callable[[datetime], None], query: Query
) -> None:
    look(acme, query)
    hit(LONG_AGO)
    assert labels(look(acme, query, anew=True)) == ["h0", "h1", "late"]
    assert labels(look(acme, query)) == ["h0", "h1", "late"]


def test_another_range_uses_what_is_known(acme: Tenant, hit: Callable[[datetime], None]) -> None:
    look(acme, STRUCTURED)
    hit(LONG_AGO)
    longer = SeriesQuery(**{name: getattr(STRUCTURED, name) for name in STRUCTURED.__slots__} | {"time_range": TimeRange(
        NOW - timedelta(hours=30), NOW)})  # fmt: skip
    frame = series_of(look(acme, longer).entry.frames, "s")
    assert [series.label for series in frame.series] == ["h0", "h1"]
    assert frame.series[0].times[0] <= (NOW - timedelta(hours=29, minutes=30)).timestamp()


def test_only_what_may_have_changed_is_asked_for(acme: Tenant, hit: Callable[[datetime], None]) -> None:
    source, shared = PostgresSource(acme), store.store()
    first = ask(source, {"s": STRUCTURED}, shared)
    (key, runs), *_ = first.runs.items()
    shared.put(key, runs.to_bytes(), 60)
    again = ask(source, {"s": STRUCTURED}, shared)
    whole, part = (series_of(one.frames, "s") for one in (first, again))
    assert [series.values.tolist() for series in part.series] == [series.values.tolist() for series in whole.series]


def test_a_connection_of_another_version_keeps_its_own(acme: Tenant, hit: Callable[[datetime], None]) -> None:
    look(acme, STRUCTURED)
    hit(LONG_AGO)
    acme.search_path = "public, other"
    acme.save()
    assert labels(look(acme, STRUCTURED)) == ["h0", "h1", "late"]


def test_without_a_store_all_is_asked(acme: Tenant, hit: Callable[[datetime], None], settings: Any) -> None:
    store.close_store()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    try:
        look(acme, STRUCTURED)
        hit(LONG_AGO)
        assert labels(look(acme, STRUCTURED)) == ["h0", "h1", "late"]
    finally:
        store.close_store()
