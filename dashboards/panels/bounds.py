"""Bounds of buckets that are counted already: of Prometheus histograms, whose buckets count all values up to their bound."""

import math
from typing import Any

import numpy as np

from dashboards.panels.base import WrongShape
from dashboards.panels.units import format_number
from datasources.frame import Doubles


def upper_bound(label: Any) -> float:
    """A bound from its label: `0.25`, `+Inf`. Raises WrongShape."""
    try:
        bound = float(label)
    except (TypeError, ValueError):
        bound = math.nan
    if math.isnan(bound):
        raise WrongShape(f"The query of a histogram's buckets gives their upper bounds, as 0.25 or +Inf: “{label}” is none.")
    return bound


def lower_bounds(highs: Doubles) -> Doubles:
    """Where buckets with ascending upper bounds begin. The first one, of values above nought, begins there: Prometheus' rule
    (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile); else it is open.
    """
    if not len(highs):
        return highs
    return np.concatenate([[0.0 if highs[0] > 0 else -math.inf], highs[:-1]])


def differences(cumulative: Doubles) -> Doubles:
    """What lies in each bucket, of rows that count all below their bound; never below nought, which late scrapes would give."""
    known = np.diff(cumulative, axis=0, prepend=np.zeros((1, cumulative.shape[1])))
    return np.where(np.isnan(known), known, np.maximum(known, 0.0))


def bin_name(low: float, high: float, unit: str, decimals: int | None) -> str:
    """“10 – 20 ms”, “above 10 s”, “up to 5 ms”."""
    if math.isinf(high):
        return f"above {format_number(low, unit, decimals)}"
    if math.isinf(low):
        return f"up to {format_number(high, unit, decimals)}"
    first, last = format_number(low, unit, decimals), format_number(high, unit, decimals)
    return f"{first.number} – {last}" if first.unit == last.unit or not low else f"{first} – {last}"
