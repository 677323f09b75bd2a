"""What is kept of a query: runs of whole buckets, when each was asked, and the points in them."""

from dataclasses import dataclass, field

import numpy as np

from datasources.frame import Doubles
from datasources.runs import packed
from datasources.runs.flat import NOTHING, FlatSeries
from datasources.timerange import MAX_POINTS

MOST_BUCKETS = 2 * MAX_POINTS  # two of the longest charts
MOST_POINTS = 200_000  # 2 MB or less when packed
MOST_SERIES = 2_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Runs:
    """Buckets by their `starts`, ascending, in epoch seconds, and when each was `asked`; one without points had no rows.

    `columns` is how many points a row gives, 0 while there was no row. `sql` is the statement that was asked.
    """

    starts: Doubles = field(default_factory=lambda: np.empty(0))
    asked: Doubles = field(default_factory=lambda: np.empty(0))
    points: FlatSeries = NOTHING
    columns: int = 0
    sql: str = ""

    def asked_at(self, starts: Doubles) -> Doubles:
        """When each of some buckets was asked; -inf for those not kept."""
        if not len(self.starts):
            return np.full(len(starts), -np.inf)
        places = np.minimum(np.searchsorted(self.starts, starts), len(self.starts) - 1)
        return np.where(self.starts[places] == starts, self.asked[places], -np.inf)

    def without(self, start: float, stop: float) -> "Runs":
        """What is kept but for the buckets that start in a stretch of time."""
        kept = (self.starts < start) | (self.starts >= stop)
        points = self.points.only((self.points.times < start) | (self.points.times >= stop))
        return Runs(starts=self.starts[kept], asked=self.asked[kept], points=points, columns=self.columns, sql=self.sql)

    def bounded(self) -> "Runs":
        """The newest MOST_BUCKETS of it, or as many as hold MOST_POINTS; nothing where there are more than MOST_SERIES."""
        if len(self.points.labels) > MOST_SERIES:
            return Runs()
        oldest = -np.inf
        if len(self.starts) > MOST_BUCKETS:
            oldest = self.starts[-MOST_BUCKETS]
        if len(self.points) > MOST_POINTS:
            times = np.sort(self.points.times)
            oldest = max(oldest, np.nextafter(times[-MOST_POINTS - 1], np.inf))
        return self.without(-np.inf, oldest) if oldest > -np.inf else self

    def to_bytes(self) -> bytes:
        """Packed for the store: columns of numbers, compressed."""
        return packed.pack(packed.Packed(self.starts, self.asked, self.points, self.columns, self.sql))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Runs | None":
        """What `to_bytes` packed; None for anything else, damaged or of another version."""
        found = packed.unpack(data)
        return cls(**found._asdict()) if found is not None else None
