"""Worlds for the property tests: rows around a change of the clocks, what happens to them, and who looks when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, get_args

import psycopg
from hypothesis import strategies as st

from datasources.base import Aggregate, SeriesQuery, SqlSeriesQuery
from datasources.compile.buckets import bucket_start, bucket_stop
from datasources.frame import SeriesFrame, series_of
from datasources.postgres import PostgresSource
from datasources.runs import Limits, Runs, split
from datasources.timerange import Bucket, TimeRange

ANCHORS = {
    "Europe/Berlin": [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)],
    "America/Sao_Paulo": [datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2018, 2, 18, 2, tzinfo=UTC)],  # no midnight; 23:00 twice
    "Asia/Kolkata": [datetime(2026, 3, 29, 1, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)],  # half an hour
    "Atlantic/Azores": [datetime(2025, 10, 26, 1, tzinfo=UTC)],  # midnight twice
    "Pacific/Apia": [datetime(2011, 12, 30, 10, tzinfo=UTC)],  # a day left out
}
BUCKETS = [
    *(Bucket(7, "second"), Bucket(1, "minute"), Bucket(10, "minute"), Bucket(1, "hour"), Bucket(3, "hour"), Bucket(6, "hour")),
    *(Bucket(1, "day"), Bucket(3, "day"), Bucket(1, "week"), Bucket(1, "month")),
]
INTERVALS = {"second": "s", "minute": "m", "hour": "h", "day": "d", "week": "w", "month": "M"}
TABLES = """
DROP TABLE IF EXISTS moved, moved_unindexed;
CREATE TABLE moved (id serial, at timestamptz, host text, load float8);
CREATE INDEX ON moved (at);
CREATE TABLE moved_unindexed (id serial, at timestamp, host text, load numeric);
"""
LIMITS = Limits(rows=50_000, bytes=32_000_000)


class Event(NamedTuple):
    """`place` and `length` in buckets, from now; `row` which of the rows is meant."""

    kind: str
    place: float
    length: float
    row: int
    value: float | None
    host: str | None


@dataclass(frozen=True)
class Story:
    anchor: datetime
    bucket: Bucket
    aggregate: Aggregate
    settle_seconds: float
    verify_seconds: float
    rows: Sequence[Event]
    events: Sequence[Event]


KINDS = ["look", "follow", "follow", "later", "later", "insert", "change", "delete"]
places = st.one_of(st.integers(-48, 8).map(lambda quarters: quarters / 4), st.floats(-12, 2))
lengths = st.one_of(st.integers(1, 60).map(lambda quarters: quarters / 4), st.floats(0.3, 15))
values = st.one_of(st.none(), st.integers(-50, 50).map(float), st.just(float("nan")))


def event(kinds: Sequence[str]) -> st.SearchStrategy[Event]:
    hosts = st.sampled_from(["a", "b", "Ärger", None])
    return st.builds(Event, st.sampled_from(kinds), places, lengths, st.integers(1, 20), values, hosts)


@st.composite
def stories(draw: st.DrawFn, zone: str) -> Story:
    bucket = draw(st.sampled_from(BUCKETS))
    return Story(
        anchor=draw(st.sampled_from(ANCHORS[zone])) + timedelta(seconds=draw(st.sampled_from([0, 1, 1_234.567]))),
        bucket=bucket,
        aggregate=draw(st.sampled_from(get_args(Aggregate))),
        settle_seconds=bucket.seconds * draw(st.sampled_from([0, 1, 2.5])),
        verify_seconds=bucket.seconds * draw(st.sampled_from([3, 12])),
        rows=draw(st.lists(event(["insert"]), min_size=8, max_size=30)),
        events=draw(st.lists(event(KINDS), min_size=4, max_size=20)),
    )


@dataclass
class World:
    """A tenant's table that things happen to, and one who looks at it through kept runs and without them."""

    story: Story
    kind: str
    source: PostgresSource
    owner: psycopg.Connection
    now: datetime = field(init=False)
    kept: bytes | None = None
    changed: dict[float, float] = field(default_factory=dict)  # start of a bucket, and when a row of it last changed
    taken: set[datetime] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.now = self.story.anchor
        self.owner.execute("SELECT set_config('TimeZone', %s, false)", [self.source.tenant.time_zone])
        self.owner.execute(f"TRUNCATE {self.table} RESTART IDENTITY")
        for row in self.story.rows:
            self._insert(row)

    @property
    def table(self) -> str:
        return "moved" if self.kind == "indexed" else "moved_unindexed"

    def tell(self) -> None:
        for one in self.story.events:
            getattr(self, f"_{one.kind}")(one)
        self.now += timedelta(seconds=self.story.verify_seconds + 1)
        self._see(self._at(-40), self._at(2))

    def _at(self, place: float) -> datetime:
        return self.now + timedelta(seconds=place * self.story.bucket.seconds)

    def _insert(self, one: Event) -> None:
        at = self._at(one.place)
        while at in self.taken:  # which of two is the last would be chance
            at += timedelta(microseconds=1)
        self.taken.add(at)
        self._run(f"INSERT INTO {self.table} (at, host, load) VALUES (%s::timestamptz, %s, %s)", at, one.host, one.value)

    def _change(self, one: Event) -> None:
        self._run(f"UPDATE {self.table} SET load = %s WHERE id = %s", one.value, one.row)

    def _delete(self, one: Event) -> None:
        self._run(f"DELETE FROM {self.table} WHERE id = %s", one.row)

    def _run(self, text: str, *given: Any) -> None:
        """Change a row, and note which bucket changed."""
        for (at,) in self.owner.execute(text + " RETURNING at::timestamptz", given).fetchall():
            start = bucket_start(at, self.story.bucket, zone=self.source.tenant.time_zone)
            self.changed[start.timestamp()] = self.now.timestamp()

    def _later(self, one: Event) -> None:
        self.now += timedelta(seconds=one.length * self.story.bucket.seconds / 4)

    def _look(self, one: Event) -> None:
        self._see(self._at(one.place), self._at(one.place + one.length))

    def _follow(self, one: Event) -> None:
        self._see(self._at(-one.length), self.now)

    def _see(self, start: datetime, stop: datetime) -> None:
        query = self._query(TimeRange(start, stop))
        (whole,) = self._ask([query])
        self._compare(self._joined(query), whole)

    def _query(self, time_range: TimeRange) -> SeriesQuery | SqlSeriesQuery:
        bucket = self.story.bucket
        if self.kind != "sql":
            return SeriesQuery(
                table=self.table, timestamp="at", value="load", label="host", time_range=time_range,
                aggregate=self.story.aggregate, bucket=bucket, where="host IS DISTINCT FROM :no", variables={"no": "nobody"},
            )  # fmt: skip
        group = f"$__timeGroup(at, '{bucket.count}{INTERVALS[bucket.unit]}')"
        text = (
            f"SELECT {group} AS time, coalesce(host, 'unknown') AS label, sum(load) AS total, count(*) AS rows"
            f" FROM {self.table} WHERE $__timeFilter(at) GROUP BY 1, host HAVING count(*) > 0 ORDER BY 1"
        )
        return SqlSeriesQuery(text=text, time_range=time_range)

    def _ask(self, queries: Sequence[Any]) -> list[SeriesFrame]:
        frames = self.source.run({str(place): query for place, query in enumerate(queries)})
        return [series_of(frames, str(place)) for place in range(len(queries))]

    def _joined(self, query: SeriesQuery | SqlSeriesQuery) -> SeriesFrame:
        splittable = split(query, self.source.tenant.time_zone)
        assert splittable is not None
        now = self.now.timestamp()
        kept = Runs.from_bytes(self.kept) if self.kept else None
        ranges = splittable.missing(
            kept, now=now, settle_seconds=self.story.settle_seconds, verify_seconds=self.story.verify_seconds
        )
        pieces = list(zip(ranges, self._ask([splittable.at(one) for one in ranges]), strict=True))
        joined = splittable.joined(kept, pieces, asked_at=now, limits=LIMITS)
        if joined is None:
            assert self.source.tenant.time_zone == "Atlantic/Azores"  # date_trunc misplaces a day with two midnights
            (whole,) = self._ask([query])
            joined = splittable.joined(None, [(splittable.query.time_range, whole)], asked_at=now, limits=LIMITS)
            assert joined is not None
        if joined.runs is not None:
            self.kept = joined.runs.to_bytes()
        return joined.frame

    def _compare(self, found: SeriesFrame, whole: SeriesFrame) -> None:
        assert found.sql == whole.sql
        assert [one.label for one in found.series] == sorted({one.label for one in found.series})
        different = {time for _, time, _ in _points(found) ^ _points(whole)}
        assert different <= self._excused()
        if not different:
            assert [one.label for one in found.series] == [one.label for one in whole.series]
            assert (found.row_count, found.lost, found.truncated) == (whole.row_count, 0, False)
            assert all((one.times[1:] > one.times[:-1]).all() for one in found.series)

    def _excused(self) -> set[float]:
        """Buckets that had settled when a row of them changed, less than `verify_seconds` ago."""
        zone, story = self.source.tenant.time_zone, self.story
        return {
            start
            for start, changed in self.changed.items()
            if bucket_stop(datetime.fromtimestamp(start, UTC), story.bucket, zone=zone).timestamp() + story.settle_seconds
            <= changed
            and self.now.timestamp() - changed <= story.verify_seconds
        }


def _points(frame: SeriesFrame) -> set[tuple[str, float, str]]:
    return {
        (one.label, time, str(value))
        for one in frame.series
        for time, value in zip(one.times.tolist(), one.values.tolist(), strict=True)
    }
