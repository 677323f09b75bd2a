"""Reducers: many values to one, for a KPI over rows, the columns of a legend, a group of rows."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Literal, get_args

import numpy as np

from dashboards.panels.units import as_float
from datasources.frame import Doubles

Reducer = Literal[
    "last", "first", "min", "mean", "max", "sum", "count", "range", "delta", "stddev", "distinct", "last_any",
    "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99",
]  # fmt: skip
REDUCERS: tuple[Reducer, ...] = get_args(Reducer)

FEW = 100


def reduced(values: Doubles, reducer: Reducer) -> float | None:
    """What is left of values, NaN where there is none: None where nothing is known, but for a count and `distinct`, 0.

    `last` and `first` are of what is known, `last_any` is the last whether known or not; `delta` from first to last; `stddev`
    of all there are, not of a sample; percentiles between neighbours, as PostgreSQL's percentile_cont has them.
    """
    if reducer == "last_any":
        return float(values[-1]) if len(values) and values[-1] == values[-1] else None
    return reduced_known(values[~np.isnan(values)], reducer)


def reduced_known(known: Doubles, reducer: Reducer) -> float | None:
    """The same of values among which no NaN is."""
    if reducer == "count":
        return float(len(known))
    if reducer == "distinct":
        return float(len(np.unique(known)))
    if not len(known):
        return None
    if reducer in _ONE_OF_THEM:
        return float(_ONE_OF_THEM[reducer](known))
    with np.errstate(over="ignore", invalid="ignore"):
        number = float(_OF_ALL[reducer](known) if reducer in _OF_ALL else _percentile(known, int(reducer[1:]) / 100))
    return None if math.isnan(number) else number


def reduced_cells(cells: Sequence[Any], reducer: Reducer) -> Any:
    """The same of a column's cells. Of texts and times the ends, the extremes and counts; else None."""
    known = [cell for cell in cells if cell is not None]
    match reducer:
        case "last_any":
            return cells[-1] if cells else None
        case "count":
            return len(known)
        case "distinct":
            return len(set(known))
        case "first" | "last" if known:
            return known[0 if reducer == "first" else -1]
        case "min" | "max" if known and len({type(cell) for cell in known}) == 1 and not isinstance(known[0], float | Decimal):
            return _extreme(known, reducer)
        case "sum" if known and all(type(cell) is int for cell in known):
            return sum(known)  # exact, however large
    numbers = [as_float(cell) for cell in known]
    return reduced(np.array([math.nan if one is None else one for one in numbers], dtype=np.float64), reducer)


def _extreme(known: Sequence[Any], reducer: Literal["min", "max"]) -> Any:
    """None where there is no order among them: lists with NULLs in them, times with a zone and without."""
    try:
        return min(known) if reducer == "min" else max(known)
    except TypeError:
        return None


def _percentile(known: Doubles, part: float) -> Any:
    """As np.percentile, which takes far longer to begin than for a group's few values."""
    if len(known) > FEW:
        return np.percentile(known, part * 100)
    place = (len(known) - 1) * part
    lower, share = int(place), place % 1
    ordered = np.sort(known)
    return ordered[lower] + share * (ordered[lower + 1] - ordered[lower]) if share else ordered[lower]


_ONE_OF_THEM: dict[str, Callable[[Doubles], Any]] = {
    "last": lambda known: known[-1],
    "last_any": lambda known: known[-1],
    "first": lambda known: known[0],
    "min": lambda known: known.min(),
    "max": lambda known: known.max(),
}
_OF_ALL: dict[str, Callable[[Doubles], Any]] = {
    "mean": lambda known: known.mean(),
    "sum": lambda known: known.sum(),
    "range": np.ptp,
    "delta": lambda known: known[-1] - known[0],
    "stddev": np.std,
}
