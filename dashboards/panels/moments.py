"""Moments on a chart's axis: epoch seconds from what a query gives, and the wall clock of a zone from epoch seconds."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.panels.units import as_float
from datasources.frame import Doubles
from datasources.series import EARLIEST, EPOCH_SCALES, LATEST

_WEEK = 7 * 86_400.0


def read_epoch(value: int | float | Decimal) -> float | None:
    """An epoch that a query gives as a number, whatever its unit: its size tells. None outside the calendar."""
    number = as_float(value)
    if number is None:
        return None
    return on_axis(next((number / scale for size, scale in EPOCH_SCALES if abs(number) >= size), number))


def on_axis(epoch: float | None) -> float | None:
    return epoch if epoch is not None and EARLIEST <= epoch <= LATEST else None


def iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat()


def wall_clock(epoch: float, zone: ZoneInfo) -> int:
    """Epoch milliseconds as if the zone's clock were UTC's: Plotly knows no zones and shows what it is given."""
    return round((epoch + _offset(epoch, zone)) * 1_000)


def wall_clocks(epochs: Doubles, zone: ZoneInfo) -> NDArray[np.int64]:
    """`wall_clock` of ascending moments; at once where the zone's offset stays the same."""
    if not len(epochs):
        return np.empty(0, dtype=np.int64)
    if not is_steady(float(epochs[0]), float(epochs[-1]), zone):
        return np.array([wall_clock(epoch, zone) for epoch in epochs.tolist()], dtype=np.int64)
    return np.rint((epochs + _offset(float(epochs[0]), zone)) * 1_000).astype(np.int64)


def is_steady(first: float, last: float, zone: ZoneInfo) -> bool:
    """Whether clocks are not changed between two moments. No zone changes its clocks twice within a week."""
    if last - first > 60 * _WEEK:
        return zone.key == "UTC"
    offset = _offset(first, zone)
    between = (first + _WEEK * number for number in range(1, int((last - first) / _WEEK) + 1))
    return all(_offset(moment, zone) == offset for moment in (last, *between))


def clock_change(first: float, last: float, zone: ZoneInfo) -> date | None:
    """The day on which the zone's clocks are changed between two moments, if they end up otherwise than they began."""
    offset = _offset(last, zone)
    if _offset(first, zone) == offset:
        return None
    while last - first > 60:
        middle = (first + last) / 2
        first, last = (first, middle) if _offset(middle, zone) == offset else (middle, last)
    return datetime.fromtimestamp(last, zone).date()


def _offset(epoch: float, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(epoch, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
