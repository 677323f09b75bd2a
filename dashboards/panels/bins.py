"""Bins of a column's values: how wide they are, where they begin, and how many values lie in each."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasources.frame import Doubles

MOST_BINS = 100
LEAST_BINS = 5
NARROWEST = 1e-300  # powers of ten below it are no doubles
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """`edges` has one more than `counts`; a bin has its lower edge, the last one both."""

    edges: Doubles
    counts: NDArray[np.int64]


def binned(values: Doubles, *, count: int | None = None, low: float | None = None, high: float | None = None) -> Bins:
    """Bins of round width over finite values, about `count` of them, within `low` and `high`.

    Without a count the width is Freedman and Diaconis' (On the histogram as a density estimator, 1981), twice the
    interquartile range over the cube root of how many there are, and Sturges' where that range is nought; rounded up to 1, 2,
    2.5 or 5 times a power of ten. Whole numbers have bins of whole width.
    """
    inside = values[(values >= (-math.inf if low is None else low)) & (values <= (math.inf if high is None else high))]
    if not len(inside):
        return Bins(np.empty(0), np.empty(0, dtype=np.int64))
    first, last = float(inside.min()), float(inside.max())
    is_whole = bool((inside == np.rint(inside)).all())
    width = _width(inside, last / 2 - first / 2, count, is_whole=is_whole)
    width = max(width, 4 * float(np.spacing(max(abs(first), abs(last)))))  # narrower bins have no edges that differ
    begin = math.floor(first / width)
    bins = math.floor(last / width) - begin + 1
    with np.errstate(over="ignore"):
        edges = np.nan_to_num((begin + np.arange(bins + 1, dtype=np.float64)) * width)  # none beyond the largest doubles
    places = np.clip(np.searchsorted(edges, inside, side="right") - 1, 0, bins - 1)
    return Bins(edges, np.bincount(places, minlength=bins))


def _width(values: Doubles, half_reach: float, count: int | None, *, is_whole: bool) -> float:
    """`half_reach` is half the distance of the ends: the whole may be more than a double holds."""
    if not half_reach:
        return 1.0 if is_whole else _round_up(abs(float(values[0])) / 10 or 1.0)
    least = half_reach / MOST_BINS * 2
    if count is not None:
        wanted = half_reach / count * 2
    else:
        quarter, three_quarters = np.percentile(values / 2, (25, 75))
        spread = float(three_quarters - quarter) * 2
        wanted = 2 * spread / len(values) ** (1 / 3) or half_reach / (math.log2(len(values)) + 1) * 2
        wanted = min(wanted, half_reach / LEAST_BINS * 2)
    width = _round_up(max(wanted, least, NARROWEST))
    return max(1.0, math.ceil(width)) if is_whole else width


def _round_up(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in _ROUND if step * power >= width * (1 - 1e-9))
