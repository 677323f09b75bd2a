"""Buckets without rows are filled as the query's `$__timeGroup` says, and stay put together from closed buckets."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.base import SqlSeriesQuery
from datasources.frame import Series, series_of
from datasources.postgres import PostgresSource
from datasources.results import fetch, forget_results
from datasources.results.filling import filled
from datasources.runs import split
from datasources.timerange import TimeRange
from tenants.models import Tenant

START = datetime(2026, 3, 1, tzinfo=UTC)
TEN_MINUTES = TimeRange(START, START + timedelta(minutes=10))
PLAIN = "SELECT {group} AS time, host, sum(n) AS value FROM gappy WHERE $__timeFilter(at) GROUP BY 1, 2"
NAN = math.nan


@pytest.fixture
def tenant(acme: Tenant, acme_database: dict, admin_sql: Callable[..., None]) -> Tenant:
    """Rows of two hosts in few of ten minutes; one row's number is NULL."""
    admin_sql(
        acme_database,
        "DROP TABLE IF EXISTS gappy; CREATE TABLE gappy (at timestamptz, host text, n int); CREATE INDEX ON gappy (at);"
        "INSERT INTO gappy SELECT timestamptz '2026-03-01Z' + m * interval '1 min', host, n"
        " FROM (VALUES (2, 'a', 5), (4, 'a', NULL), (7, 'a', 9), (0, 'b', 1)) v(m, host, n)",
    )
    return acme


def points(tenant: Tenant, text: str, *, time_range: TimeRange = TEN_MINUTES, **facts: Any) -> list[list[float]]:
    """The values of each series, ten minutes from START on, with nothing known in the process."""
    forget_results()
    query = SqlSeriesQuery(text=text, time_range=time_range, **facts)
    result = fetch(PostgresSource(tenant), {"s": query}, not_before=datetime.now(UTC))
    found = series_of(result.entry.frames, "s").series
    assert all((series.times[1:] > series.times[:-1]).all() for series in found)
    return [series.values.tolist() for series in found]


def same(one: list[list[float]], other: list[list[float]]) -> bool:
    return repr(one) == repr([[float(value) for value in values] for values in other])


MODES = {
    "0": [[0, 0, 5, 0, NAN, 0, 0, 9, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    "-1.5": [[-1.5, -1.5, 5, -1.5, NAN, -1.5, -1.5, 9, -1.5, -1.5], [1, *[-1.5] * 9]],
    "NULL": [[NAN, NAN, 5, NAN, NAN, NAN, NAN, 9, NAN, NAN], [1, *[NAN] * 9]],
    "previous": [[NAN, NAN, 5, 5, NAN, NAN, NAN, 9, 9, 9], [1] * 10],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("group", ["$__timeGroup(at, '1m', {})", "$__timeGroup(at, '$__interval', {})"])
def test_a_bucket_without_rows_gets_what_the_query_says(tenant: Tenant, group: str, mode: str) -> None:
    text = PLAIN.format(group=group.format(mode))
    assert same(points(tenant, text, interval_ms=60_000), MODES[mode])
    assert same(points(tenant, text, interval_ms=60_000), MODES[mode])  # now from closed buckets


def test_a_query_that_is_asked_whole_is_filled_too(tenant: Tenant) -> None:
    text = "SELECT * FROM (" + PLAIN.format(group="$__timeGroup(at, '1m', 0)") + ") q ORDER BY 1"
    assert split(SqlSeriesQuery(text=text, time_range=TEN_MINUTES), "UTC") is None
    assert same(points(tenant, text), MODES["0"])


def test_groups_of_epochs_are_filled_too(tenant: Tenant) -> None:
    text = PLAIN.format(group="$__unixEpochGroup(extract(epoch FROM at), '1m', 0)")
    assert same(points(tenant, text), MODES["0"])


def test_a_filled_query_is_put_together_from_closed_buckets() -> None:
    query = SqlSeriesQuery(
        text=PLAIN.format(group="$__timeGroup(at, $__interval, 0)"), time_range=TEN_MINUTES, interval_ms=60_000
    )
    found = split(query, "UTC")
    assert found is not None
    assert len(found.buckets) == 10


def test_runs_of_two_intervals_are_two(tenant: Tenant) -> None:
    text = "SELECT $__timeGroup(at, '1m') AS time, sum(n) * $__interval_ms AS value FROM gappy WHERE $__timeFilter(at) GROUP BY 1"
    one, other = (split(SqlSeriesQuery(text=text, time_range=TEN_MINUTES, interval_ms=ms), "UTC") for ms in (60_000, 120_000))
    assert one is not None
    assert other is not None
    assert one.key() != other.key()
    assert points(tenant, text, interval_ms=60_000)[0][0] * 2 == points(tenant, text, interval_ms=120_000)[0][0]


def test_days_are_filled_by_the_tenants_calendar(tenant: Tenant) -> None:
    frames = {"s": PostgresSource(tenant).run({"s": _days()})["s"]}
    (series,) = series_of(filled(frames, {"s": _days()}, zone="Europe/Berlin", most_points=50_000), "s").series
    hours = [int(step / 3_600) for step in (series.times[1:] - series.times[:-1]).tolist()]
    assert hours[:3] == [24, 23, 24]


def _days() -> SqlSeriesQuery:
    days = TimeRange(datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 4, 2, 22, tzinfo=UTC))
    text = "SELECT timestamptz '2026-03-27 23:00Z' AS time, 1 AS value -- a comment\n, $__timeGroup(now(), '1d', 0) AS today"
    return SqlSeriesQuery(text=text, time_range=days)


def test_more_points_than_an_answer_may_have_are_not_filled_in(tenant: Tenant) -> None:
    query = SqlSeriesQuery(text="SELECT $__timeGroup(now(), '1s', 0) AS time, 1 AS value", time_range=TEN_MINUTES)
    frames = PostgresSource(tenant).run({"s": query})
    for most, count in ((600, 601), (599, 1)):
        (series,) = series_of(filled(frames, {"s": query}, zone="UTC", most_points=most), "s").series
        assert len(series.times) == count


def test_without_gaps_nothing_is_copied(tenant: Tenant) -> None:
    query = SqlSeriesQuery(text="SELECT $__timeGroup(at, '10m', 0) AS time, 1 AS value FROM gappy", time_range=TEN_MINUTES)
    frames = PostgresSource(tenant).run({"s": query})
    before: Series = series_of(frames, "s").series[0]
    assert series_of(filled(frames, {"s": query}, zone="UTC", most_points=99), "s").series[0] is before
