"""Days, weeks, months and years of a zone, over the changes of its clocks: as counted row by row, and by the index."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from conftest import EmbeddedServer
from datasources.base import Query, SeriesQuery, SqlSeriesQuery
from datasources.frame import Series, series_of
from datasources.postgres import PostgresSource
from datasources.results import fetch, forget_results
from datasources.timerange import Bucket, TimeRange

# Each zone with two days on which its clocks change; Kathmandu's never do, and are 5:45 ahead.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kathmandu": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}
FIRST, STEP, COUNT = datetime(2024, 1, 1, tzinfo=UTC), timedelta(minutes=15), 35_064 * 3
BUCKETS = {
    "1d": (Bucket(1, "day"), timedelta(days=5)),
    "3d": (Bucket(3, "day"), timedelta(days=9)),
    "1w": (Bucket(1, "week"), timedelta(days=20)),
    "1M": (Bucket(1, "month"), timedelta(days=45)),
}
TEXT = "SELECT $__timeGroup(at, '{}') AS time, sum(n) AS value FROM quarters WHERE $__timeFilter(at) GROUP BY 1"


@pytest.fixture(scope="module", autouse=True)
def quarters(embedded_server: EmbeddedServer, acme_database: dict) -> Iterator[None]:
    """A numbered row each quarter of an hour of three years, its time indexed."""
    with psycopg.connect(embedded_server.url(acme_database["database"]), autocommit=True) as owner:
        owner.execute(
            "DROP TABLE IF EXISTS quarters; CREATE TABLE quarters (at timestamptz NOT NULL, n int NOT NULL);"
            f"INSERT INTO quarters SELECT timestamptz '{FIRST.isoformat()}' + n * interval '15 min', n"
            f" FROM generate_series(0, {COUNT - 1}) n; CREATE INDEX quarters_at ON quarters (at); ANALYZE quarters"
        )
        yield
        owner.execute("DROP TABLE quarters")


def first_day(moment: datetime, zone: ZoneInfo, interval: str) -> date:
    """The first day of the bucket, by the date on the zone's calendar."""
    day = moment.astimezone(zone).date()
    if interval == "1M":
        return day.replace(day=1)
    if interval == "1w":
        return date.fromisocalendar(*day.isocalendar()[:2], 1)
    return day - timedelta(days=(day - date(2000, 1, 3)).days % 3) if interval == "3d" else day


def row_by_row(time_range: TimeRange, zone: ZoneInfo, interval: str) -> dict[float, float]:
    """The sums by the start of each bucket; the first bucket is whole."""
    assert time_range.start is not None
    assert time_range.stop is not None
    begins = first_day(time_range.start, zone, interval)
    found: dict[float, float] = defaultdict(float)
    earliest = (time_range.start - timedelta(days=32) - FIRST) // STEP  # no first bucket reaches further back
    for n in range(earliest, COUNT):
        at = FIRST + n * STEP
        if at >= time_range.stop:
            break
        day = first_day(at, zone, interval)
        if begins <= day:
            found[datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()] += n
    return dict(found)


def query_of(kind: str, interval: str, time_range: TimeRange) -> Query:
    if kind == "sql":
        return SqlSeriesQuery(text=TEXT.format(interval), time_range=time_range)
    bucket, _ = BUCKETS[interval]
    return SeriesQuery(table="quarters", timestamp="at", value="n", aggregate="sum", bucket=bucket, time_range=time_range)


def around(day: date, zone: ZoneInfo, interval: str) -> TimeRange:
    """Neither end is that of a bucket."""
    _, reach = BUCKETS[interval]
    noon = datetime(day.year, day.month, day.day, 12, 20, tzinfo=zone)
    return TimeRange((noon - reach).astimezone(UTC), (noon + reach).astimezone(UTC))


def points(one: Series) -> dict[float, float]:
    return dict(zip(one.times.tolist(), one.values.tolist(), strict=True))


@pytest.mark.parametrize("kind", ["table", "sql"])
@pytest.mark.parametrize("interval", BUCKETS)
@pytest.mark.parametrize("zone_name", CHANGES)
def test_buckets_by_the_calendar_are_those_counted_row_by_row(acme: Any, zone_name: str, interval: str, kind: str) -> None:
    acme.time_zone, zone = zone_name, ZoneInfo(zone_name)
    source = PostgresSource(acme)
    for change in CHANGES[zone_name]:
        time_range = around(change, zone, interval)
        query = query_of(kind, interval, time_range)
        (series,) = series_of(source.run({"s": query}), "s").series
        assert points(series) == row_by_row(time_range, zone, interval)
        plan = "\n".join(source.explain(query).lines)
        assert "quarters_at" in plan
        assert "Seq Scan" not in plan


@pytest.mark.parametrize("zone_name", CHANGES)
def test_they_are_the_same_from_closed_buckets(acme: Any, zone_name: str) -> None:
    acme.time_zone, zone = zone_name, ZoneInfo(zone_name)
    time_range = around(CHANGES[zone_name][0], zone, "1d")
    expected = row_by_row(time_range, zone, "1d")
    shorter = TimeRange(time_range.start, time_range.stop - timedelta(days=3) if time_range.stop else None)
    for asked in (shorter, time_range, time_range):
        forget_results()
        found = fetch(PostgresSource(acme), {"s": query_of("sql", "1d", asked)}, not_before=datetime.now(UTC))
    assert points(series_of(found.entry.frames, "s").series[0]) == expected


def test_the_days_on_which_clocks_change_have_as_many_rows_as_hours_allow(acme: Any) -> None:
    lengths: dict[str, list[float]] = {}
    for zone_name, changes in CHANGES.items():
        acme.time_zone = zone_name
        lengths[zone_name] = []
        for change in changes:
            start = datetime(change.year, change.month, change.day, tzinfo=ZoneInfo(zone_name)).astimezone(UTC)
            text = TEXT.format("1d").replace("sum(n)", "count(*) / 4.0")
            query = SqlSeriesQuery(text=text, time_range=TimeRange(start, start + timedelta(hours=26)))
            (series,) = series_of(PostgresSource(acme).run({"s": query}), "s").series
            lengths[zone_name].append(series.values[0])
    assert lengths == {
        "Europe/Berlin": [23, 25],
        "America/New_York": [23, 25],
        "Asia/Kathmandu": [24, 24],
        "Australia/Lord_Howe": [24.5, 23.5],
    }


def test_a_plain_group_over_all_three_years_is_right_too(acme: Any) -> None:
    acme.time_zone = "Australia/Lord_Howe"
    text = "SELECT $__timeGroup(at, '1y') AS time, count(*) AS value FROM quarters GROUP BY 1 ORDER BY 1"
    (series,) = series_of(PostgresSource(acme).run({"s": SqlSeriesQuery(text=text)}), "s").series
    assert series.values.tolist()[1] == 365 * 96
