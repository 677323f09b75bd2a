"""Where points stand: on a regular grid with holes where they are missing, or where they are, with breaks in the line."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from datasources.frame import Doubles, Series

LARGEST_GRID = 3  # a grid may have this many times the points it holds
_SAMPLE = 400


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal steps from `start`, in epoch seconds, `size` of them."""

    start: float
    step: float
    size: int

    def places(self, times: Doubles) -> Any:
        """The step on which each moment stands."""
        return np.rint((times - self.start) / self.step).astype(np.int64)

    def spread(self, series: Series, missing: float = math.nan) -> Doubles:
        """The series' values at every step, `missing` where it has none."""
        values = np.full(self.size, missing)
        values[self.places(series.times)] = series.values
        return values


def find_grid(all_series: Sequence[Series], step: float | None = None) -> Grid | None:
    """The grid that all the points stand on: of buckets `step` seconds wide, or of the smallest distance there is."""
    filled_series = [series for series in all_series if len(series.times)]
    longest = max(filled_series, key=lambda series: len(series.times), default=None)
    if longest is None or len(longest.times) < 2:
        return None
    step = step or float(np.diff(longest.times).min())
    if step <= 0:
        return None
    start = float(min(series.times[0] for series in filled_series))
    steps = [(series.times - start) / step for series in filled_series]
    size = round(max(each[-1] for each in steps)) + 1
    if size > LARGEST_GRID * sum(map(len, steps)) or not all(map(_are_whole, steps)):
        return None
    taken = np.zeros(size, dtype=bool)
    for each in steps:
        taken[np.rint(each).astype(np.int64)] = True
    return Grid(start, step, size) if size <= LARGEST_GRID * int(taken.sum()) else None


def _are_whole(steps: Doubles) -> bool:
    return bool((np.abs(steps - np.rint(steps)) < 1e-3).all())


def broken(series: Series, step: float | None = None) -> Series:
    """The series with a hole, NaN, in each gap, so that no line is drawn where nothing is known.

    A gap is wider than one and a half buckets; between raw points, wider than three of their usual distances.
    """
    widest = step * 1.5 if step else 3 * usual_distance(series.times)
    gaps = np.flatnonzero(np.diff(series.times) > widest) + 1
    if not len(gaps):
        return series
    middles = (series.times[gaps - 1] + series.times[gaps]) / 2
    return Series(series.label, np.insert(series.times, gaps, middles), np.insert(series.values, gaps, math.nan))


def filled(series: Series, step: float, value: float) -> Series:
    """A series of buckets with `value` in each hole: where nothing was counted, there was nothing."""
    if not len(series.times):
        return series
    start = float(series.times[0])
    grid = Grid(start, step, round((float(series.times[-1]) - start) / step) + 1)
    times = start + step * np.arange(grid.size, dtype=np.float64)
    return Series(series.label, times, grid.spread(series, value))


def usual_distance(times: Doubles) -> float:
    """What 19 of 20 distances between neighbours do not exceed, taken from a sample; infinite for fewer than three."""
    if len(times) < 3:
        return math.inf
    distances = np.sort(np.diff(times)[:: max(1, len(times) // _SAMPLE)])
    return float(distances[(len(distances) - 1) * 19 // 20]) or math.inf


def thinned(series: Series, most: int) -> Series:
    """About `most` points: the lowest and the highest of each stretch, so that no peak is lost, and its first hole."""
    count = len(series.times)
    if count <= most:
        return series
    width = math.ceil(count / (most / 2))
    starts = np.arange(0, count, width)
    values = np.full(len(starts) * width, math.nan)
    values[:count] = series.values
    stretches = values.reshape(-1, width)
    missing = np.isnan(stretches)
    is_known, is_holed = ~missing.all(axis=1), missing.any(axis=1)
    lowest = starts + np.where(missing, math.inf, stretches).argmin(axis=1)
    highest = starts + np.where(missing, -math.inf, stretches).argmax(axis=1)
    holes = (starts + missing.argmax(axis=1))[is_holed]
    is_kept = np.zeros(count, dtype=bool)
    for places in (lowest[is_known], highest[is_known], holes[holes < count]):
        is_kept[places] = True
    return Series(series.label, series.times[is_kept], series.values[is_kept])
