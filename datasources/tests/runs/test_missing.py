"""What must be asked of a query whose buckets are kept, without a database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from datasources.base import SeriesQuery, SqlSeriesQuery
from datasources.frame import Series, SeriesFrame
from datasources.runs import Joined, Limits, Runs, Splittable, split
from datasources.runs.kept import MOST_BUCKETS, MOST_SERIES
from datasources.timerange import Bucket, TimeRange

NOW = datetime(2026, 11, 21, 10, 7, 13, tzinfo=UTC)
HOUR = Bucket(1, "hour")
LIMITS = Limits(rows=50_000, bytes=32_000_000)
SQL = "SELECT $__timeGroup(at, '1h') AS time, count(*) FROM points WHERE $__timeFilter(at) AND host = :host GROUP BY 1"


def over(length: timedelta, *, now: datetime = NOW, bucket: Bucket | None = HOUR, **facts: Any) -> SeriesQuery:
    time_range = TimeRange(now - length, now)
    return SeriesQuery(table="points", timestamp="at", value="load", time_range=time_range, bucket=bucket, **facts)


def splittable(query: SeriesQuery | SqlSeriesQuery) -> Splittable:
    found = split(query, "Europe/Berlin")
    assert found is not None
    return found


def answer(one: Splittable, time_range: TimeRange, labels: Sequence[str] = ("a", "b"), **facts: Any) -> SeriesFrame:
    """A point in every bucket: the hours since 1970."""
    times = one.buckets.starts[one.buckets.within(time_range)]
    series = tuple(Series(label, times, times / 3_600) for label in labels)
    return SeriesFrame(series, **{"row_count": len(times) * len(labels), "sql": "SELECT 1", **facts})


def looked(
    query: SeriesQuery, kept: Runs | None = None, *, at: datetime = NOW, limits: Limits = LIMITS, **facts: Any
) -> tuple[Joined | None, list[int]]:
    """The answer of a look, and how many buckets each of its questions was for."""
    one = splittable(query)
    ranges = one.missing(kept, now=at.timestamp())
    pieces = [(time_range, answer(one, time_range, **facts)) for time_range in ranges]
    return one.joined(kept, pieces, asked_at=at.timestamp(), limits=limits), [
        len(one.buckets.starts[one.buckets.within(time_range)]) for time_range in ranges
    ]


def runs_after(query: SeriesQuery, *, at: datetime = NOW) -> Runs:
    joined, _ = looked(query, at=at)
    assert joined is not None
    assert joined.runs is not None
    return joined.runs


def test_the_second_look_at_30_days_asks_for_the_newest_buckets() -> None:
    days, later = timedelta(days=30), NOW + timedelta(minutes=1)
    joined, asked = looked(over(days, now=later), runs_after(over(days)), at=later)
    assert asked == [3]
    assert joined is not None
    assert [len(series.times) for series in joined.frame.series] == [721, 721]
    assert joined.frame.row_count == 1_442


def test_looking_every_minute_for_hours_costs_a_few_buckets_each() -> None:
    length, bucket = timedelta(days=1), Bucket(1, "minute")
    kept, now, counts = runs_after(over(length, bucket=bucket)), NOW, []
    for _ in range(300):
        now += timedelta(minutes=1)
        joined, asked = looked(over(length, now=now, bucket=bucket), kept, at=now)
        assert joined is not None
        assert joined.runs is not None
        kept = joined.runs
        counts.append(sum(asked))
    assert sorted(counts)[270] <= 8
    assert sum(counts) < 300 * 8 + 8 * 1_440  # 5 hours: each bucket is verified at least once an hour, with its neighbours


def test_panning_asks_for_the_new_end_and_the_open_one() -> None:
    one = splittable(over(timedelta(days=20)))
    ranges = one.missing(runs_after(over(timedelta(days=10))), now=NOW.timestamp())
    assert [time_range.start for time_range in ranges] == [one.query.time_range.start, datetime(2026, 11, 21, 8, tzinfo=UTC)]
    assert ranges[1].stop == NOW


def test_a_range_of_long_ago_is_asked_once() -> None:
    query = over(timedelta(days=10), now=datetime(2026, 3, 1, 12, tzinfo=UTC))
    joined, asked = looked(query, runs_after(query))
    assert asked == []
    assert joined is not None
    assert joined.frame.sql == "SELECT 1"


def test_a_bucket_that_the_range_cuts_is_asked_every_time() -> None:
    query = over(timedelta(days=10), now=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    assert looked(query, runs_after(query))[1] == [1]


def test_buckets_are_verified_after_an_hour() -> None:
    query = over(timedelta(days=10), now=datetime(2026, 3, 1, 12, tzinfo=UTC))
    kept = runs_after(query)
    assert looked(query, kept, at=NOW + timedelta(seconds=3_599))[1] == []
    assert looked(query, kept, at=NOW + timedelta(seconds=3_601))[1] == [240]


def test_what_a_clock_far_ahead_has_asked_is_asked_again() -> None:
    ahead = over(timedelta(days=1), now=NOW + timedelta(hours=5))
    _, asked = looked(over(timedelta(days=1)), runs_after(ahead, at=NOW + timedelta(hours=5)))
    assert asked == [25]


def test_a_wide_settle_window_excuses_no_clock() -> None:
    """A month for late rows is no month for a clock that is ahead."""
    long_ago = datetime(2026, 3, 1, 12, tzinfo=UTC)
    query = over(timedelta(days=1), now=long_ago)
    kept = runs_after(query, at=NOW + timedelta(hours=5))
    assert len(splittable(query).missing(kept, now=NOW.timestamp(), settle_seconds=30 * 86_400.0)) == 1


def test_a_bucket_asked_before_it_settled_is_asked_again() -> None:
    query = over(timedelta(days=10), now=datetime(2026, 11, 21, 10, tzinfo=UTC))
    assert looked(query, runs_after(query), at=NOW + timedelta(minutes=55))[1] == [2]


def test_many_holes_are_few_questions() -> None:
    query = over(timedelta(days=40), now=datetime(2026, 3, 1, tzinfo=UTC))
    kept = runs_after(query)
    starts = kept.starts
    for place in (5, 7, 300, 302, 500, 700, 900):
        kept = kept.without(float(starts[place]), float(starts[place] + 1))
    asked = looked(query, kept)[1]
    assert len(asked) == 3
    assert sum(asked) < 960


def test_a_bucket_without_rows_is_known() -> None:
    query = over(timedelta(days=10), now=datetime(2026, 3, 1, tzinfo=UTC))
    joined, _ = looked(query, labels=())
    assert joined is not None
    again, asked = looked(query, joined.runs)
    assert asked == []
    assert again is not None
    assert again.frame.series == ()


@pytest.mark.parametrize("fact", [{"truncated": True}, {"lost": 1}, {"row_count": 1_000}])
def test_what_is_not_complete_is_never_kept(fact: dict[str, Any]) -> None:
    days, later = timedelta(days=30), NOW + timedelta(minutes=1)
    assert looked(over(days, now=later), runs_after(over(days)), at=later, **fact)[0] is None
    first, _ = looked(over(days), **fact)
    assert first is not None  # the piece is the whole answer, and as good as that
    assert first.runs is None


def test_an_answer_the_source_would_have_cut_is_asked_whole() -> None:
    days, later = timedelta(days=30), NOW + timedelta(minutes=1)
    for limits in (Limits(1_441, 10**9), Limits(10**6, 24 * 1_441)):
        assert looked(over(days, now=later), runs_after(over(days)), at=later, limits=limits)[0] is None


def test_an_answer_of_another_shape_replaces_what_was_kept() -> None:
    days = timedelta(days=30)
    joined, _ = looked(
        over(days, now=NOW + timedelta(days=60)), runs_after(over(days)), at=NOW + timedelta(days=60), row_count=721
    )
    assert joined is not None
    assert joined.runs is not None
    assert joined.runs.columns == 2
    assert joined.frame.row_count == 721


def test_a_time_that_is_no_buckets_start_is_not_joined() -> None:
    one = splittable(over(timedelta(days=10)))
    (whole,) = one.missing(None, now=NOW.timestamp())
    frame = answer(one, whole)
    moved = SeriesFrame((Series("a", frame.series[0].times + 60, frame.series[0].values),), row_count=241)
    assert one.joined(None, [(whole, moved)], asked_at=NOW.timestamp(), limits=LIMITS) == (moved, None)


def test_series_come_and_go() -> None:
    query = over(timedelta(days=10), now=datetime(2026, 3, 1, tzinfo=UTC))
    later = over(timedelta(days=12), now=datetime(2026, 3, 3, tzinfo=UTC))
    kept, _ = looked(query, labels=("b", "c"))
    assert kept is not None
    joined, _ = looked(later, kept.runs, labels=("a", "b"))
    assert joined is not None
    assert [(series.label, len(series.times)) for series in joined.frame.series] == [("a", 48), ("b", 288), ("c", 240)]
    assert all((np.diff(series.times) == 3_600).all() for series in joined.frame.series)


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    kept = None
    for days in range(0, 200, 50):
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
        joined, _ = looked(over(timedelta(days=55), now=now), kept)
        assert joined is not None
        kept = joined.runs
    assert kept is not None
    assert len(kept.starts) == MOST_BUCKETS
    assert kept.starts[-1] == now.timestamp() - 3_600
    assert kept.points.times.min() == kept.starts[0]


def test_too_many_series_are_not_kept() -> None:
    joined, _ = looked(over(timedelta(hours=9)), labels=[f"{number:05}" for number in range(MOST_SERIES + 1)])
    assert joined is not None
    assert joined.runs is not None
    assert len(joined.frame.series) == MOST_SERIES + 1
    assert not len(joined.runs.starts)


@pytest.mark.parametrize(
    "query",
    [
        over(timedelta(days=3), bucket=None),
        over(timedelta(days=3), where="at < now()"),
        over(timedelta(days=3), where="at < :until", variables={"until": "now"}),
        over(timedelta(days=3), where="at < :until"),
        over(timedelta(days=3), bucket=Bucket(1, "second")),
        over(timedelta(days=3), now=datetime(1999, 3, 1, tzinfo=UTC)),
        SqlSeriesQuery(text=SQL, variables={"host": "a"}),
        SqlSeriesQuery(text=SQL + " LIMIT 3", time_range=TimeRange(NOW - timedelta(days=3), NOW), variables={"host": "a"}),
    ],
)
def test_some_queries_are_not_split(query: SeriesQuery | SqlSeriesQuery) -> None:
    assert split(query, "Europe/Berlin") is None


def test_the_range_starts_with_its_first_bucket() -> None:
    one = splittable(over(timedelta(days=3), bucket=Bucket(1, "day")))
    assert one.query.time_range == TimeRange(datetime(2026, 11, 17, 23, tzinfo=UTC), NOW)


def key(make: Callable[..., Any] = over, tenant_zone: str = "Europe/Berlin", **facts: Any) -> str:
    found = split(make(**{"length": timedelta(days=3), **facts}), tenant_zone)
    assert found is not None
    return found.key()


def test_a_key_is_that_of_the_question_whatever_its_range() -> None:
    assert (
        key() == key(length=timedelta(days=4)) == key(now=NOW + timedelta(days=1)) == key(variables={"unused": 1}) == key(limit=5)
    )


def test_a_key_differs_with_all_that_changes_the_answer() -> None:
    def of_host(host: Any) -> str:
        return key(where="host = :host", variables={"host": host})

    def of_sql(length: timedelta, **facts: Any) -> SqlSeriesQuery:
        return SqlSeriesQuery(text=SQL, time_range=TimeRange(NOW - length, NOW), variables={"host": "a"}, **facts)

    keys = [
        *(
            key(),
            key(label="host"),
            key(aggregate="max"),
            key(bucket=Bucket(3, "hour")),
            key(tenant_zone="UTC"),
            key(where="load > 1"),
        ),
        *map(of_host, ["a", "b", 1, "1", 1.0, True, None, ["a"]]),
        *(key(make=of_sql, zone=ZoneInfo(zone)) for zone in ("UTC", "Asia/Kolkata")),
    ]
    assert len(set(keys)) == len(keys)
