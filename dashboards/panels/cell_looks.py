"""What is drawn in a cell besides its text: the colour of its threshold or mapping, a bar, a sparkline; and where it leads."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboards.panels.anchors import Origin, href_of
from dashboards.panels.base import Ask
from dashboards.panels.cells import Cell
from dashboards.panels.colours import ink_on, opaque
from dashboards.panels.columns import TableColumn
from dashboards.panels.grid import thinned
from dashboards.panels.mappings import Mapped, mapped
from dashboards.panels.parts import Threshold
from dashboards.panels.sparkline import Sparkline, sparkline
from dashboards.panels.thresholds import SHAPES, absolute, level_of, tone_of
from dashboards.panels.units import as_float, format_number
from datasources.frame import Doubles, Series

MOST_POINTS, DRAWN_POINTS = 500, 80  # of a list its newest are drawn, and of these as many as its width shows
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|null|NULL")


@dataclass(frozen=True, slots=True)
class CellLook:
    """`ground` is the cell's colour and `ink` black or white upon it; `tone` colours the text, `shape` and `colour` a mark.

    `bar`: where it begins and how long it is, in percent of the cell.
    """

    ground: str = ""
    ink: str = ""
    tone: str = ""
    shape: str = ""
    colour: str = ""
    bar: tuple[float, float] | None = None
    line: Sparkline | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """From where to where a column's numbers go, and its thresholds as values."""

    low: float
    high: float
    thresholds: Sequence[Threshold]


def reach_of(column: TableColumn, values: Sequence[Any]) -> Reach:
    """The column's own ends, else those of its numbers; a bar begins at nought unless numbers are below."""
    numbers = [number for value in values if (number := as_float(value)) is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    low = (min(low, 0.0) if column.cell == "bar" else low) if column.min is None else column.min
    high = high if column.max is None else column.max
    return Reach(low, high, absolute(column.thresholds, column.threshold_mode, low, high))


def dressed(cell: Cell, value: Any, column: TableColumn, reach: Reach) -> Cell:
    """The cell with its mapping's text, and with what its column draws."""
    called = mapped(column.mappings, value) if column.mappings else None
    if called is not None and called.text is not None:
        exact = cell.exact or cell.text
        cell = replace(cell, text=called.text, exact=exact, kind="text" if cell.kind == "null" else cell.kind)
    look = _look(value, column, reach, called)
    return cell if look is None else replace(cell, look=look)


def leading(cell: Cell, value: Any, column: TableColumn, row: Mapping[str, Any], ask: Ask) -> Cell:
    """The cell with its column's link, if that leads anywhere."""
    if column.link is None:
        return cell
    href = href_of(column.link, ask, Origin(row, value, cell.text))
    return replace(cell, href=href, new_tab=column.link.new_tab) if href else cell


def numbers_in(value: Any) -> Doubles | None:
    """The numbers of a list, or of an array as PostgreSQL and JSON write it, NaN where one is missing; None where it is none."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] + text[-1:] not in {"{}", "[]"}:
            return None
        parts: Sequence[Any] = [None if part.lower() == "null" else float(part) for part in _NUMBER.findall(text)]
    elif isinstance(value, tuple | list):
        parts = value
    else:
        return None
    numbers = [math.nan if (number := as_float(part)) is None else number for part in parts[-MOST_POINTS:]]
    return np.array(numbers, dtype=np.float64)


def _look(value: Any, column: TableColumn, reach: Reach, called: Mapped | None) -> CellLook | None:
    colour = _colour(value, reach, called)
    match column.cell:
        case "background" if colour:
            return CellLook(ground=opaque(colour), ink=ink_on(colour))
        case "mark" | "text" if colour:
            tone = tone_of(colour)
            if column.cell == "text" and tone is not None:
                return CellLook(tone=tone)
            return CellLook(shape=SHAPES[tone] if tone is not None else "diamond", colour=colour)
        case "bar":
            bar = _bar(value, reach)
            return CellLook(bar=bar, colour=colour) if bar is not None else None
        case "sparkline":
            return _course(value, column)
    return None


def _colour(value: Any, reach: Reach, called: Mapped | None) -> str:
    """The mapping's, else that of the threshold that is reached; empty below all of them."""
    if called is not None and called.colour:
        return called.colour
    number = None if isinstance(value, bool) else as_float(value)
    if number is None or not any(one.value <= number for one in reach.thresholds):
        return ""
    return level_of(number, reach.thresholds).colour


def _bar(value: Any, reach: Reach) -> tuple[float, float] | None:
    number, length = as_float(value), reach.high - reach.low
    if number is None or not 0 < length < math.inf:
        return None
    nought = (min(max(0.0, reach.low), reach.high) - reach.low) / length
    end = (min(max(number, reach.low), reach.high) - reach.low) / length
    return round(min(nought, end) * 100, 1), round(abs(end - nought) * 100, 1)


def _course(value: Any, column: TableColumn) -> CellLook | None:
    numbers = numbers_in(value)
    if numbers is None:
        return None
    series = Series("", np.arange(len(numbers), dtype=np.float64), numbers)
    line = sparkline(thinned(series, DRAWN_POINTS), column.unit, column.decimals)
    if line is None:
        return None
    known = series.known()
    low, high, last = (format_number(float(end), column.unit, column.decimals) for end in (known.min(), known.max(), known[-1]))
    return CellLook(line=replace(line, summary=f"Between {low} and {high}, last {last}"))
