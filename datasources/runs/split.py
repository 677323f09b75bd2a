"""A query whose answer may be put together from whole buckets: what must be asked of it, and how the pieces join."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, NamedTuple

import numpy as np

from datasources.base import Query, SeriesQuery, SqlSeriesQuery
from datasources.compile.buckets import ORIGIN_DAY, from_first_bucket
from datasources.compile.grouping import grouping_of, variables_of_condition
from datasources.compile.steady import names_the_hour
from datasources.compile.text import names_interval
from datasources.frame import SeriesFrame
from datasources.runs.buckets import Buckets, buckets_of, ends_of
from datasources.runs.due import Moment, due
from datasources.runs.flat import FlatSeries, flattened
from datasources.runs.flat import joined as flat_joined
from datasources.runs.kept import MOST_BUCKETS, Runs
from datasources.series import ELEMENT_BYTES
from datasources.timerange import Bucket, TimeRange

VERIFY_SECONDS = 3_600.0
SETTLE_BUCKETS, SETTLE_SECONDS = 2, 300.0
COUNTABLE_FROM = ORIGIN_DAY.replace(tzinfo=UTC).timestamp() + 2 * 86_400  # in every zone

Piece = tuple[TimeRange, SeriesFrame]


class Limits(NamedTuple):
    """What one answer may have, as the source keeps it."""

    rows: int
    bytes: int


class Joined(NamedTuple):
    """The whole answer, and what to keep; None where nothing may be."""

    frame: SeriesFrame
    runs: Runs | None


@dataclass(frozen=True, slots=True, eq=False)
class Splittable:
    """`query` over `buckets`, its range from the start of the first one on."""

    query: SeriesQuery | SqlSeriesQuery
    bucket: Bucket
    buckets: Buckets
    zone: str
    variables: Mapping[str, Any]

    def key(self) -> str:
        """The same for all ranges of one question: of the query all but its range, the bucket, and the zone.

        Tenant, source and its version are the caller's to add.
        """
        query, variables = self.query, sorted((name, _typed(value)) for name, value in self.variables.items())
        if isinstance(query, SqlSeriesQuery):
            asked: tuple[Any, ...] = (query.text, query.zone.key, _interval(query))
        else:
            asked = (query.table, query.timestamp, query.value, query.label, query.where, query.aggregate)
        whole = repr((type(query).__name__, asked, self.bucket.label, self.zone, variables))
        return hashlib.blake2b(whole.encode(), digest_size=20).hexdigest()

    def missing(
        self, kept: Runs | None, *, now: float, settle_seconds: float | None = None, verify_seconds: float = VERIFY_SECONDS
    ) -> list[TimeRange]:
        """The ranges of whole buckets that must be asked now, in epoch seconds; few, in order, perhaps none.

        Asked are those not kept, those that ended less than `settle_seconds` before they were asked (without it two
        buckets, at least five minutes), and those asked more than `verify_seconds` ago. The last one may be cut.
        """
        if settle_seconds is None:
            settle_seconds = max(SETTLE_BUCKETS * self.bucket.seconds, SETTLE_SECONDS)
        asked = (kept or Runs()).asked_at(self.buckets.starts)
        return due(self.buckets, asked, Moment(now, settle_seconds, verify_seconds))

    def at(self, time_range: TimeRange) -> SeriesQuery | SqlSeriesQuery:
        """The query for one range of `missing`."""
        return replace(self.query, time_range=time_range)

    def joined(self, kept: Runs | None, pieces: Sequence[Piece], *, asked_at: float, limits: Limits) -> Joined | None:
        """What the whole query would answer, and what to keep from now on.

        `pieces` are the answers to what was `missing` of `kept`; `asked_at`, in epoch seconds, is no later than when
        they were asked. None where the pieces do not say what the whole would: ask for the whole range, and join that
        one piece to nothing.
        """
        answer = self._put_together(kept or Runs(), pieces, asked_at, limits)
        if answer is not None or len(pieces) != 1 or pieces[0][0] != self.query.time_range:
            return answer
        return self._put_together(Runs(), pieces, asked_at, limits) or Joined(pieces[0][1], None)

    def _put_together(self, kept: Runs, pieces: Sequence[Piece], asked_at: float, limits: Limits) -> Joined | None:
        asked = [time_range for time_range, _ in pieces]
        points = [flat for flat in map(self._checked, pieces) if flat is not None]
        if len(points) < len(pieces) or not self._covers(kept, asked):
            return None
        columns = _columns(kept, pieces, points)
        if columns is None:
            return None
        known = self._with(kept, asked, points, asked_at)
        frame = self._frame(known, pieces, columns)
        if _is_too_much(frame, columns, limits):
            return None
        return Joined(frame, replace(self._closed(known, asked_at), columns=columns, sql=frame.sql).bounded())

    def _checked(self, piece: Piece) -> FlatSeries | None:
        """The points of a piece that is complete and has nothing but buckets of its own."""
        time_range, frame = piece
        if frame.truncated or frame.lost:
            return None
        points = flattened(frame.series)
        starts = self.buckets.starts[self.buckets.within(time_range)]
        return points if np.isin(points.times, starts).all() else None

    def _covers(self, kept: Runs, asked: Sequence[TimeRange]) -> bool:
        """Whether each bucket is kept or asked."""
        known = kept.asked_at(self.buckets.starts) > -np.inf
        for time_range in asked:
            known[self.buckets.within(time_range)] = True
        return bool(known.all())

    def _with(self, kept: Runs, asked: Sequence[TimeRange], points: Sequence[FlatSeries], asked_at: float) -> Runs:
        """What is kept, the pieces in the place of what they ask anew. Those of buckets still open are among them."""
        starts = [self.buckets.starts[self.buckets.within(time_range)] for time_range in asked]
        for time_range in asked:
            kept = kept.without(*ends_of(time_range))
        merged = np.concatenate([kept.starts, *starts])
        when = np.concatenate([kept.asked, np.full(sum(map(len, starts)), asked_at)])
        order = np.argsort(merged)
        return Runs(starts=merged[order], asked=when[order], points=flat_joined([kept.points, *points]), sql=kept.sql)

    def _frame(self, known: Runs, pieces: Sequence[Piece], columns: int) -> SeriesFrame:
        times = known.points.times
        points = known.points.only((times >= self.buckets.starts[0]) & (times < self.buckets.stop))
        return SeriesFrame(
            points.series(),
            row_count=len(points) // columns if columns else 0,
            sql=next((frame.sql for _, frame in pieces if frame.sql), known.sql),
            elapsed_ms=sum(frame.elapsed_ms for _, frame in pieces),
        )

    def _closed(self, known: Runs, asked_at: float) -> Runs:
        """Without the bucket that the range cuts, and those that had not ended when they were asked."""
        is_open = (self.buckets.ends > self.buckets.stop) | (self.buckets.ends > asked_at)
        if not is_open.any():
            return known
        return known.without(float(self.buckets.starts[is_open][0]), float(self.buckets.ends[-1]))


def split(query: Query, zone_name: str) -> Splittable | None:
    """The query in buckets of the tenant's zone; None where whole buckets put together may not be its answer."""
    if not isinstance(query, SeriesQuery | SqlSeriesQuery) or not query.time_range.is_closed:
        return None
    found = _grouping(query)
    if found is None or found.variables - set(query.variables):
        return None
    variables = {name: query.variables[name] for name in found.variables}
    if any(map(names_the_hour, variables.values())) or not _has_place_for(query.time_range, found.bucket):
        return None
    query = replace(query, time_range=from_first_bucket(query.time_range, found.bucket, zone=zone_name))
    buckets = buckets_of(query.time_range, found.bucket, zone=zone_name)
    return Splittable(query, found.bucket, buckets, zone_name, variables)


class _Found(NamedTuple):
    bucket: Bucket
    variables: frozenset[str]


def _grouping(query: SeriesQuery | SqlSeriesQuery) -> _Found | None:
    if isinstance(query, SqlSeriesQuery):
        grouping = grouping_of(query.text, _interval(query))
        return _Found(grouping.bucket, grouping.variables) if grouping is not None else None
    variables = variables_of_condition(query.where, query.timestamp)
    return _Found(query.bucket, variables) if query.bucket is not None and variables is not None else None


def _interval(query: SqlSeriesQuery) -> int | None:
    """What `$__interval` means in it, where it occurs."""
    return query.interval_ms if names_interval(query.text) else None


def _has_place_for(time_range: TimeRange, bucket: Bucket) -> bool:
    """Whether the buckets are few enough to keep. Before the origin older servers misplace moments on a bucket's edge."""
    start, stop = ends_of(time_range)
    is_truncated = bucket.follows_calendar and bucket.count == 1
    is_countable = is_truncated or start - bucket.seconds > COUNTABLE_FROM
    return start < stop and is_countable and (stop - start) / bucket.seconds < MOST_BUCKETS


def _columns(kept: Runs, pieces: Sequence[Piece], points: Sequence[FlatSeries]) -> int | None:
    """How many points each row gives, 0 for no rows; None where not all rows give as many."""
    found = {kept.columns} | {
        len(flat) / frame.row_count if frame.row_count else float(len(flat) > 0)
        for (_, frame), flat in zip(pieces, points, strict=True)
    }
    told = found - {0}
    if len(told) > 1 or any(each != int(each) for each in told):
        return None
    return int(told.pop()) if told else 0


def _is_too_much(frame: SeriesFrame, columns: int, limits: Limits) -> bool:
    """Whether the source would have cut the whole answer, as executor.py does."""
    most = min(limits.rows, limits.bytes // (ELEMENT_BYTES * (1 + max(1, columns))))
    return frame.row_count > most or sum(len(series.label) for series in frame.series) > limits.bytes


def _typed(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"
