"""Native histograms, as buckets that count all values up to a bound, `le`: what a classic histogram's series are.

A sample has its buckets as `[rule, left, right, count]`, ascending, those without values left out
(https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from datasources.frame import Doubles

LE = "le"
MOST_BOUNDS = 100
WORDS = (
    "There are native histograms, which only a heatmap of buckets (rows: le) and a histogram draw. "
    "Here write histogram_quantile(0.95, …), histogram_count(…) or histogram_sum(…)."
)

Histogram = Mapping[str, Any]


def bounds_of(histograms: Sequence[Histogram], *, most_points: int) -> Doubles:
    """Where buckets of any of them begin or end, ascending.

    Of more than can be shown, evenly as many: the counts are of all values up to a bound, so that neighbours become one.
    Raises ValueError.
    """
    edges = np.unique(
        np.array([float(edge) for one in histograms for _, left, right, _ in _buckets(one) for edge in (left, right)])
    )
    if np.isnan(edges).any():
        raise ValueError("a bucket's bound is no number")
    most = max(2, min(MOST_BOUNDS, most_points // max(1, len(histograms))))
    if len(edges) <= most:
        return edges
    return edges[np.unique(np.linspace(0, len(edges) - 1, most).round().astype(np.int64))]


def counts_up_to(histogram: Histogram, bounds: Doubles) -> Doubles:
    """How many values lie below each bound; a bucket that a bound cuts, of another resolution, is not counted yet."""
    buckets = sorted((float(right), float(count)) for _, _, right, count in _buckets(histogram))
    ends, counts = np.array(buckets, dtype=np.float64).reshape(-1, 2).T
    return np.concatenate([[0.0], np.cumsum(counts)])[np.searchsorted(ends, bounds, side="right")]


def bound_texts(bounds: Doubles) -> list[str]:
    """As the label `le` has them."""
    return [repr(bound) if math.isfinite(bound) else f"{'+' if bound > 0 else '-'}Inf" for bound in bounds.tolist()]


def _buckets(histogram: Histogram) -> Iterable[Any]:
    if not isinstance(histogram, Mapping):
        raise TypeError("a histogram is an object")
    found: Iterable[Any] = histogram.get("buckets", ())
    return found
