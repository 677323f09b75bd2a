"""A figure's numbers in few bytes: the way from each to the next in whole steps, instead of the numbers themselves."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.panels.units import LARGEST_EXACT


def compacted(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with the numbers of its traces as static/js/compact.js reads them: 11 kB instead of 16 for 5,760 points."""
    traces: list[dict[str, Any]] = [{**trace} for trace in figure["data"]]
    written = [(trace, name, value, _decimals(trace, value)) for trace in traces for name, value in _arrays(trace)]
    ways = _all_steps([value for *_, value, _ in written], [decimals for *_, decimals in written])
    for (trace, name, _, _), way in zip(written, ways, strict=True):
        trace[name] = way
    return {**figure, "data": traces}


def _arrays(trace: dict[str, Any]) -> list[tuple[str, NDArray[Any]]]:
    return [(name, value) for name, value in trace.items() if isinstance(value, np.ndarray) and value.dtype.kind in "if"]


def _decimals(trace: dict[str, Any], value: NDArray[Any]) -> int:
    """Whole numbers are counted in ones, others in what the trace says that can be seen of them."""
    return 0 if value.dtype.kind == "i" else trace["meta"]["decimals"]


def _all_steps(arrays: Sequence[NDArray[Any]], decimals: Sequence[int]) -> list[Any]:
    """`steps` of each. All at once where none has a hole: of a dozen short arrays numpy's beginning is most of the time."""
    if not arrays:
        return []
    lengths = np.array([len(array) for array in arrays])
    sizes = np.repeat(10.0 ** np.array(decimals, dtype=np.float64), lengths)
    with np.errstate(over="ignore"):
        counted = np.rint(np.concatenate(arrays, dtype=np.float64) * sizes)
    if not (np.abs(counted) < LARGEST_EXACT).all():
        return [steps(array, its) for array, its in zip(arrays, decimals, strict=True)]
    whole = counted.astype(np.int64)
    way = np.diff(whole, prepend=0)
    stops = np.cumsum(lengths)
    starts = (stops - lengths)[lengths > 0]
    way[starts] = whole[starts]
    pieces = np.split(way, stops[:-1])
    return [{"steps": piece, "decimals": its} for piece, its in zip(pieces, decimals, strict=True)]


def steps(numbers: Any, decimals: int) -> Any:
    """`steps` of 10 ** -`decimals` from each number to the next, the first one from nought; None where there is none.

    Numbers too large to be counted so are left as they are.
    """
    with np.errstate(over="ignore"):
        counted = np.rint(np.asarray(numbers, dtype=np.float64) * 10.0**decimals)
    is_known = ~np.isnan(counted)
    if not (np.abs(counted[is_known]) < LARGEST_EXACT).all():
        return numbers
    way = np.diff(counted[is_known].astype(np.int64), prepend=0)
    if is_known.all():
        return {"steps": way, "decimals": decimals}
    with_holes = np.full(len(counted), None, dtype=object)
    with_holes[is_known] = way
    return {"steps": with_holes.tolist(), "decimals": decimals}
