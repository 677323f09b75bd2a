"""Points over time as cells: a row a series, a column a stretch of time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboards.panels.grid import usual_distance
from datasources.frame import Doubles, Series
from datasources.timerange import Bucket, TimeRange

MOST_COLUMNS = 1_000
CELL_PIXELS = 6  # the narrowest cell that can be told from its neighbours
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200)
_DAYS = (Bucket(1, "day"), Bucket(1, "week"), Bucket(1, "month"))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """`values[row, column]`, NaN where there is none; columns of `step` seconds from `start`, in epoch seconds."""

    labels: list[str]
    start: float
    step: float
    values: Doubles

    @property
    def stop(self) -> float:
        return self.start + self.step * self.values.shape[1]


def bucket_for(time_range: TimeRange, max_points: int) -> Bucket | None:
    """The narrowest bucket of round width whose cells have place beside each other; None for an open range."""
    length = time_range.length
    if length is None:
        return None
    wanted = length / timedelta(seconds=1) / max(1, max_points // CELL_PIXELS)
    seconds = next((one for one in _SECONDS if one >= wanted), None)
    if seconds is not None:
        return Bucket(seconds, "second")
    return next((bucket for bucket in _DAYS if bucket.seconds >= wanted), _DAYS[-1])


def cells_of(all_series: Sequence[Series], bucket: Bucket | None, *, of_several: Literal["mean", "last"] = "mean") -> Cells:
    """The series in columns as wide as their buckets, or as their points are apart; of several points in a cell one number."""
    ends = [(float(one.times[0]), float(one.times[-1])) for one in all_series if len(one.times)]
    if not ends:
        return Cells([], 0.0, 1.0, np.empty((0, 0)))
    start, stop = min(first for first, _ in ends), max(last for _, last in ends)
    step = _step(all_series, bucket, stop - start)
    columns = round((stop - start) / step) + 1
    values = np.full((len(all_series), columns), math.nan)
    for row, one in enumerate(all_series):
        is_known = ~np.isnan(one.values)
        known = one.values[is_known]
        places = np.minimum(np.floor((one.times[is_known] - start) / step + 1e-6).astype(np.int64), columns - 1)
        if of_several == "last":
            values[row, places] = known
        else:
            values[row] = _means(places, known, columns)
    return Cells([one.label for one in all_series], start, step, values)


def _means(places: NDArray[np.int64], known: Doubles, columns: int) -> Doubles:
    counts = np.bincount(places, minlength=columns)
    sums = np.bincount(places, weights=known, minlength=columns)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.where(counts > 0, sums / counts, math.nan)


def _step(all_series: Sequence[Series], bucket: Bucket | None, length: float) -> float:
    least = length / (MOST_COLUMNS - 1)
    if bucket is not None:
        return max(float(bucket.seconds), least)
    distances = [one for series in all_series if math.isfinite(one := usual_distance(series.times))]
    return max(min(distances, default=length), least) or 1.0
