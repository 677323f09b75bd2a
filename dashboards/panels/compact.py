"""A figure's numbers in few bytes: the way from each to the next in whole steps, instead of the numbers themselves."""

from typing import Any

import numpy as np

from dashboards.panels.units import LARGEST_EXACT


def compacted(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with the numbers of its traces as static/js/compact.js reads them: 11 kB instead of 16 for 5,760 points."""
    return {**figure, "data": [_compacted(trace) for trace in figure["data"]]}


def _compacted(trace: dict[str, Any]) -> dict[str, Any]:
    """Arrays of whole numbers are counted in ones, others in what the trace says that can be seen of them."""
    arrays = {name: value for name, value in trace.items() if isinstance(value, np.ndarray) and value.dtype.kind in "if"}
    written = {name: steps(value, 0 if value.dtype.kind == "i" else trace["meta"]["decimals"]) for name, value in arrays.items()}
    return {**trace, **written}


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
