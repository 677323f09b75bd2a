"""The buckets of a range as numbers: where each starts and ends, in epoch seconds."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np

from datasources.compile.buckets import bucket_start, bucket_stop, calendar_starts
from datasources.frame import Doubles
from datasources.timerange import Bucket, TimeRange


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """All buckets that touch a range, ascending, each whole. The range starts with the first and ends at `stop`: `stops_at`."""

    starts: Doubles
    ends: Doubles
    stop: float
    stops_at: datetime

    def __len__(self) -> int:
        return len(self.starts)

    def range_of(self, first: int, last: int) -> TimeRange:
        """From the first bucket to the last, included; no further than the whole range."""
        stop = self.stops_at if self.ends[last] >= self.stop else _moment(self.ends[last])
        return TimeRange(_moment(self.starts[first]), stop)

    def within(self, time_range: TimeRange) -> slice:
        """The places of the buckets of a range that `range_of` gave."""
        start, stop = ends_of(time_range)
        return slice(int(np.searchsorted(self.starts, start)), int(np.searchsorted(self.starts, stop)))


def buckets_of(time_range: TimeRange, bucket: Bucket, *, zone: str) -> Buckets:
    """The buckets of a closed range."""
    assert time_range.start is not None and time_range.stop is not None  # noqa: PT018 - the caller asked
    if bucket.follows_calendar:
        return _calendar_buckets(time_range.start, time_range.stop, bucket, zone)
    start, stop = bucket_start(time_range.start, bucket, zone=zone).timestamp(), time_range.stop.timestamp()
    starts = np.arange(start, stop, bucket.seconds, dtype=np.float64)
    return Buckets(starts, starts + bucket.seconds, stop, time_range.stop)


def ends_of(time_range: TimeRange) -> tuple[float, float]:
    assert time_range.start is not None and time_range.stop is not None  # noqa: PT018 - only closed ranges are split
    return time_range.start.timestamp(), time_range.stop.timestamp()


@lru_cache(maxsize=256)
def _calendar_buckets(start: datetime, stop: datetime, bucket: Bucket, zone: str) -> Buckets:
    """Each differs in length. A day that a zone left out has none, and no bucket."""
    moments = calendar_starts(start, stop, bucket, zone=zone)
    moments.append(bucket_stop(moments[-1], bucket, zone=zone))
    edges = np.unique([moment.timestamp() for moment in moments])
    return Buckets(edges[:-1], edges[1:], stop.timestamp(), stop)


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=float(epoch))
