"""Rows of a heatmap that are ranges of values: counted here, or made of a Prometheus histogram's buckets."""

from collections.abc import Sequence

import numpy as np

from dashboards.panels.bins import binned
from dashboards.panels.bounds import bin_name, differences, lower_bounds, upper_bound
from dashboards.panels.cell_grid import Cells
from datasources.frame import Series
from datasources.timerange import Bucket


def counts(all_series: Sequence[Series], bucket: Bucket | None, *, bins: int, unit: str) -> Cells:
    """How many values of all series lie in each range of values and stretch of time."""
    times = np.concatenate([np.empty(0), *(one.times[~np.isnan(one.values)] for one in all_series)])
    values = np.concatenate([np.empty(0), *(one.known() for one in all_series)])
    if not len(values):
        return Cells([], 0.0, 1.0, np.empty((0, 0)))
    step = float(bucket.seconds) if bucket is not None else max(1.0, float(np.ptp(times)) / 200)
    start = float(np.floor(times.min() / step) * step)
    columns = int((times.max() - start) // step) + 1
    edges = binned(values, count=bins).edges
    rows = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    counts = np.zeros((len(edges) - 1, columns))
    np.add.at(counts, (rows, ((times - start) // step).astype(np.int64)), 1)
    names = [bin_name(low, high, unit, None) for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
    return Cells(names, start, step, np.where(counts > 0, counts, np.nan))


def between(cells: Cells, unit: str) -> Cells:
    """What lies between the bounds, from what lies below each. Raises WrongShape for a label that is no bound."""
    bounds = np.array([upper_bound(label) for label in cells.labels], dtype=np.float64)
    order = np.argsort(bounds, kind="stable")
    highs, lows = bounds[order], lower_bounds(bounds[order])
    found = differences(cells.values[order]) if len(order) else cells.values
    if len(lows) and np.isneginf(lows[0]) and not (found[0] > 0).any():
        lows, highs, found = lows[1:], highs[1:], found[1:]  # without a beginning, and with nothing in it
    names = [bin_name(low, high, unit, None) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
    return Cells(names, cells.start, cells.step, np.where(found > 0, found, np.nan))
