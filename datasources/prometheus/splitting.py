"""A range query as points that are kept: what a point says is settled once its moment has passed, whatever is asked later."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from datasources.frame import SeriesFrame
from datasources.prom_queries import PromQuery, PromSteps
from datasources.prometheus.naming import named
from datasources.prometheus.steps import Written
from datasources.promql import Mistake, check, looks_back_only
from datasources.runs.buckets import Buckets, ends_of
from datasources.runs.kept import MOST_BUCKETS
from datasources.runs.splittable import Splittable
from datasources.timerange import TimeRange

SETTLE_SECONDS = 300.0  # so late samples may still come

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class PromSplittable(Splittable):
    """A bucket is a step: its point stands at its start, and says what was then."""

    query: PromQuery
    written: Written

    @property
    def time_range(self) -> TimeRange:
        return TimeRange(_moment(self.written.start_ms), self.buckets.stops_at)

    @property
    def settle_seconds(self) -> float:
        """A bucket ends a step after its point."""
        return max(0.0, SETTLE_SECONDS - self.written.intervals.step_ms / 1_000)

    def key(self) -> str:
        asked = f"{self.written.intervals.step_ms} {self.written.expanded.text}"
        return f"promql:{hashlib.blake2b(asked.encode(), digest_size=20).hexdigest()}"

    def at(self, time_range: TimeRange) -> PromSteps:
        start, stop = (round(end * 1_000) for end in ends_of(time_range))
        return self.written.steps(start, stop - self.written.intervals.step_ms)

    def finished(self, frame: SeriesFrame) -> SeriesFrame:
        step = self.written.intervals.step_ms / 1_000
        return named(replace(frame, step=step), self.query.legend, self.query.variables)


def split(query: PromQuery, written: Written) -> PromSplittable | None:
    """None where a point may depend on the range, or on what comes after it; in doubt it may.

    Of native histograms the bounds do: they are those that any of the range's has.
    """
    step, count = written.intervals.step_ms, (written.stop_ms - written.start_ms) // written.intervals.step_ms + 1
    if query.instant or query.buckets or not query.time_range.is_closed or count >= MOST_BUCKETS or written.start_ms < step:
        return None
    try:
        check(written.expanded)
    except Mistake:
        return None  # another dialect's: what it means is not known here
    if not looks_back_only(written.expanded.written, written.expanded.text):
        return None
    starts = np.arange(written.start_ms, written.stop_ms + 1, step)
    buckets = Buckets(starts / 1_000, (starts + step) / 1_000, (written.stop_ms + step) / 1_000, _moment(written.stop_ms + step))
    return PromSplittable(buckets, query, written)


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
