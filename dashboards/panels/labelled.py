"""Rows that have a label and a number, whatever the query calls its columns: what gauges, pies and bars are made of."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from dashboards.panels.base import WrongShape
from dashboards.panels.cells import Shape, page_cell
from dashboards.panels.overrides import ONLY_QUERY
from dashboards.panels.units import as_float
from dashboards.panels.values import json_value
from datasources.frame import Column, Frame
from datasources.merging import QUERY
from datasources.series import LABEL_NAMES, LONGEST_LABEL, NO_LABEL

TIME_NAMES = frozenset({"time", "timestamp"})  # what the newest row and an instant query have beside what is asked for
Number = int | float | Decimal
Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A number with its label, "" where the query gives none; None where there is no number.

    `at` is its row, `query` the letter of the query it comes of.
    """

    label: str
    value: Number | None
    at: int = 0
    query: str = ONLY_QUERY

    @property
    def number(self) -> float | None:
        """For drawing."""
        return as_float(self.value)

    @property
    def exact_enough(self) -> int | float | None:
        """For an answer: beyond what doubles hold exactly, the nearest one."""
        exact = json_value(self.value)
        return as_float(self.value) if isinstance(exact, str) else exact


def labelled(frame: Frame, what: str, zone: ZoneInfo) -> list[Labelled]:
    """The rows of a frame: its column `value`, or its only one of numbers; all texts together are the label.

    `what` is the panel in words: “a gauge”. Raises WrongShape.
    """
    (value,) = number_columns(frame, what, most=1)
    labels = label_of_each(frame, label_columns(frame, beside=[value]), zone)
    queries = frame.column(QUERY) if QUERY in frame.names else [ONLY_QUERY] * frame.row_count
    cells = zip(labels, frame.column(value.name), queries, strict=True)
    return [Labelled(label, _number(cell), at, query) for at, (label, cell, query) in enumerate(cells)]


def cells_alike(frame: Frame, names: Iterable[Name]) -> dict[Name, dict[str, Any]]:
    """Of each name, `names` has one a row, what all its rows say alike, by column: what is known of a slice or a series."""
    found: dict[Name, dict[str, Any]] = {}
    for name, row in zip(names, frame.rows(), strict=True):
        cells = found.get(name)
        if cells is None:
            found[name] = dict(zip(frame.names, row, strict=True))
            continue
        for column, cell in zip(frame.names, row, strict=True):
            if column in cells and cells[column] != cell:
                del cells[column]
    return found


def row_at(frame: Frame, at: int) -> Mapping[str, Any]:
    return {column.name: values[at] for column, values in zip(frame.columns, frame.values, strict=True)}


def number_columns(frame: Frame, what: str, *, most: int | None = None) -> list[Column]:
    """The column `value`, or all of numbers, of which there may be `most`. Raises WrongShape."""
    named = [column for column in frame.columns if column.name == "value" and _has_numbers(column, frame)]
    found = named or [column for column in frame.columns if column.kind == "number" and column.name not in TIME_NAMES]
    if not found:
        raise WrongShape(f"The query of {what} gives a column of numbers, or one named “value”.")
    if most is not None and len(found) > most:
        raise WrongShape(f"The query of {what} gives one column of numbers, or names one of them “value”.")
    return found


def label_columns(frame: Frame, *, beside: Sequence[Column]) -> list[Column]:
    """The column that is named a label; else all texts; else the first column of another kind."""
    others = [column for column in frame.columns if column not in beside and column.name not in {*TIME_NAMES, QUERY}]
    named = [column for column in others if column.name in LABEL_NAMES]
    texts = [column for column in others if column.kind in {"text", "other", "json"}]
    return named[:1] or texts or [column for column in others if column.kind in {"date", "time", "boolean"}][:1]


def label_of_each(frame: Frame, columns: Sequence[Column], zone: ZoneInfo) -> list[str]:
    """The label of each row: what stands in the columns, together."""
    if not columns:
        return [""] * frame.row_count
    cells = [[label_text(cell, zone) for cell in frame.column(column.name)] for column in columns]
    return [" ".join(row) for row in zip(*cells, strict=True)]


def label_text(cell: Any, zone: ZoneInfo) -> str:
    if cell is None:
        return NO_LABEL
    text = page_cell(cell, Shape("datetime" if isinstance(cell, datetime) else "text"), zone).text
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"


def _has_numbers(column: Column, frame: Frame) -> bool:
    """A NULL that the query gives no type is a text to PostgreSQL."""
    return column.kind in {"number", "boolean"} or all(cell is None for cell in frame.column(column.name))


def _number(cell: Any) -> Number | None:
    if isinstance(cell, bool):
        return int(cell)
    return cell if isinstance(cell, int | float | Decimal) else None
