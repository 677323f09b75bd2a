"""Where points stand: on a regular grid with holes where they are missing, or where they are, with breaks in the line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import sub

from dashboards.panels.series import Series

LARGEST_GRID = 3  # a grid may have this many times the points it holds
_SAMPLE = 400


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal steps from `start`, in epoch seconds, `size` of them; `places` has the step of each moment that occurs."""

    start: float
    step: float
    size: int
    places: Mapping[float, int]

    def spread(self, series: Series) -> list[float | None]:
        """The series' values at every step, None where it has none."""
        values: list[float | None] = [None] * self.size
        for time, value in zip(series.times, series.values, strict=True):
            values[self.places[time]] = value
        return values


def find_grid(all_series: Sequence[Series], step: float | None = None) -> Grid | None:
    """The grid that all the points stand on: of buckets `step` seconds wide, or of the smallest distance there is."""
    longest = max(all_series, key=lambda series: len(series.times), default=None)
    if longest is None or len(longest.times) < 2:
        return None
    step = step or min(map(sub, longest.times[1:], longest.times))
    # Most points that are on no grid are found out by the first of each series, without a look at all of them.
    if step <= 0 or not all(_is_whole((series.times[0] - longest.times[0]) / step) for series in all_series if series.times):
        return None
    times = sorted(set().union(*(series.times for series in all_series)))
    places = {time: round((time - times[0]) / step) for time in times}
    size = places[times[-1]] + 1
    is_regular = all(_is_whole((time - times[0]) / step) for time in times)
    return Grid(times[0], step, size, places) if is_regular and size <= LARGEST_GRID * len(times) else None


def _is_whole(steps: float) -> bool:
    return abs(steps - round(steps)) < 1e-3


def broken(series: Series, step: float | None = None) -> Series:
    """The series with a None in each hole, so that no line is drawn where nothing is known.

    A hole is wider than one and a half buckets; between raw points, wider than three of their usual distances.
    """
    widest = step * 1.5 if step else 3 * usual_distance(series.times)
    if max(map(sub, series.times[1:], series.times), default=0.0) <= widest:
        return series
    holes = [place for place, (earlier, later) in enumerate(pairwise(series.times), 1) if later - earlier > widest]
    times, values = list(series.times), list(series.values)
    for place in reversed(holes):
        times.insert(place, (series.times[place - 1] + series.times[place]) / 2)
        values.insert(place, None)
    return Series(series.label, times, values)


def filled(series: Series, step: float, value: float) -> Series:
    """A series of buckets with `value` in each hole: where nothing was counted, there was nothing."""
    if not series.times:
        return series
    start = series.times[0]
    known = {round((time - start) / step): number for time, number in zip(series.times, series.values, strict=True)}
    places = range(max(known) + 1)
    return Series(series.label, [start + place * step for place in places], [known.get(place, value) for place in places])


def usual_distance(times: Sequence[float]) -> float:
    """What 19 of 20 distances between neighbours do not exceed, taken from a sample; infinite for fewer than three."""
    if len(times) < 3:
        return math.inf
    every = max(1, len(times) // _SAMPLE)
    distances = sorted(times[place] - times[place - 1] for place in range(1, len(times), every))
    return distances[(len(distances) - 1) * 19 // 20] or math.inf


def thinned(series: Series, most: int) -> Series:
    """About `most` points: the lowest and the highest of each stretch, so that no peak is lost, and its first hole."""
    if len(series.times) <= most:
        return series
    width = math.ceil(len(series.times) / (most / 2))
    stretches = (series.values[start : start + width] for start in range(0, len(series.times), width))
    kept = [place for number, values in enumerate(stretches) for place in _extremes(values, number * width)]
    return Series(series.label, [series.times[place] for place in kept], [series.values[place] for place in kept])


def _extremes(values: list[float | None], start: int) -> list[int]:
    if None in values:
        known = [value for value in values if value is not None]
        places = {values.index(None)} | ({values.index(min(known)), values.index(max(known))} if known else set())
        return [start + place for place in sorted(places)]
    low, high = values.index(min(values)), values.index(max(values))  # type: ignore[type-var]
    return [start + low, start + high] if low < high else [start + high, start + low] if high < low else [start + low]
