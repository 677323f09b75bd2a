"""A query whose answer may be put together from whole buckets: what must be asked of it, and how the pieces join."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from datasources.base import Query
from datasources.frame import SeriesFrame
from datasources.runs.buckets import Buckets, ends_of
from datasources.runs.due import Moment, due
from datasources.runs.flat import FlatSeries, flattened
from datasources.runs.flat import joined as flat_joined
from datasources.runs.kept import Runs
from datasources.series import ELEMENT_BYTES
from datasources.timerange import TimeRange

VERIFY_SECONDS = 3_600.0

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
class Splittable(ABC):
    """A question over `buckets`, its range from the start of the first one on."""

    buckets: Buckets

    @property
    @abstractmethod
    def time_range(self) -> TimeRange:
        """The whole range."""

    @property
    @abstractmethod
    def settle_seconds(self) -> float:
        """So long after its end a bucket may still change."""

    @abstractmethod
    def key(self) -> str:
        """The same for all ranges of one question, another for another. Tenant, source and version are the caller's to add."""

    @abstractmethod
    def at(self, time_range: TimeRange) -> Query:
        """The query for one range of `missing`, or for the whole one."""

    def finished(self, frame: SeriesFrame) -> SeriesFrame:
        """The answer, from that of `joined`."""
        return frame

    def missing(
        self, kept: Runs | None, *, now: float, settle_seconds: float | None = None, verify_seconds: float = VERIFY_SECONDS
    ) -> list[TimeRange]:
        """The ranges of whole buckets that must be asked now, in epoch seconds; few, in order, perhaps none.

        Asked are those not kept, those that ended less than `settle_seconds` before they were asked (without it, what
        the query says), and those asked more than `verify_seconds` ago. The last one may be cut.
        """
        if settle_seconds is None:
            settle_seconds = self.settle_seconds
        asked = (kept or Runs()).asked_at(self.buckets.starts)
        return due(self.buckets, asked, Moment(now, settle_seconds, verify_seconds))

    def joined(self, kept: Runs | None, pieces: Sequence[Piece], *, asked_at: float, limits: Limits) -> Joined | None:
        """What the whole query would answer, and what to keep from now on.

        `pieces` are the answers to what was `missing` of `kept`; `asked_at`, in epoch seconds, is no later than when
        they were asked. None where the pieces do not say what the whole would: ask for the whole range, and join that
        one piece to nothing.
        """
        answer = self._put_together(kept or Runs(), pieces, asked_at, limits)
        if answer is not None or len(pieces) != 1 or pieces[0][0] != self.time_range:
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
        if frame.is_partial:
            return Joined(frame, None)
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
            notes=tuple(dict.fromkeys(note for _, frame in pieces for note in frame.notes)),
            is_partial=any(frame.is_partial for _, frame in pieces),
        )

    def _closed(self, known: Runs, asked_at: float) -> Runs:
        """Without the bucket that the range cuts, and those that had not ended when they were asked."""
        is_open = (self.buckets.ends > self.buckets.stop) | (self.buckets.ends > asked_at)
        if not is_open.any():
            return known
        return known.without(float(self.buckets.starts[is_open][0]), float(self.buckets.ends[-1]))


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
