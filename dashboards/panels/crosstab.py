"""Rows arranged by two labels: a number a category and series, for bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.panels.labelled import TIME_NAMES, cells_alike, label_columns, label_of_each, number_columns
from dashboards.panels.units import as_float
from datasources.frame import Column, Doubles, Frame

CATEGORY_NAMES, SERIES_NAMES = ("category",), ("series_label", "series")


@dataclass(frozen=True, slots=True, eq=False)
class Crosstab:
    """`values[series, category]`, NaN where there is none; `left_out` categories are not in it."""

    categories: list[str]
    series: list[str]
    values: Doubles
    left_out: int = 0

    def sums(self) -> Doubles:
        """Of each category."""
        return np.nansum(self.values, axis=0) if len(self.series) else np.empty(0)

    def of_categories(self, places: Sequence[int], left_out: int = 0) -> "Crosstab":
        return Crosstab([self.categories[at] for at in places], self.series, self.values[:, list(places)], left_out)

    def of_series(self, places: Sequence[int]) -> "Crosstab":
        return Crosstab(self.categories, [self.series[at] for at in places], self.values[list(places)], self.left_out)

    def of_largest(self, *, categories: int, series: int) -> "Crosstab":
        """At most so many, those with the largest sums, in their order."""
        by_series = np.argsort(-np.nansum(np.abs(self.values), axis=1), kind="stable")[:series]
        fewer = self.of_series(sorted(by_series.tolist())) if len(by_series) < len(self.series) else self
        by_category = np.argsort(-np.abs(fewer.sums()), kind="stable")[:categories]
        return fewer.of_categories(sorted(by_category.tolist()), left_out=len(self.categories) - len(by_category))

    def ends(self, *, stacked: bool) -> tuple[float, float]:
        """The lowest and the highest place that a bar reaches."""
        if not np.isfinite(self.values).any():
            return 0.0, 0.0
        if not stacked:
            return float(np.nanmin(self.values)), float(np.nanmax(self.values))
        below, above = (np.nansum(part, axis=0) for part in (np.minimum(self.values, 0), np.maximum(self.values, 0)))
        return float(below.min()), float(above.max())


def crosstab(frame: Frame, what: str, zone: ZoneInfo, *, by_label: bool = False) -> Crosstab:
    """Numbers of one category and series are added. Several columns of numbers are series of their names.

    `by_label`: each row's label is its category, whatever else is known of it. Raises WrongShape.
    """
    numbers = number_columns(frame, what)
    category, series = _arrangement(frame, numbers, by_label)
    categories = label_of_each(frame, category, zone)
    labels = label_of_each(frame, series, zone)
    places = {label: at for at, label in enumerate(dict.fromkeys(categories))}
    cells: dict[str, Doubles] = {}
    for column in numbers:
        names = _series_names(column, labels, numbers)
        for category_label, name, cell in zip(categories, names, frame.column(column.name), strict=True):
            row = cells.setdefault(name, np.full(len(places), np.nan))
            value = as_float(cell)
            if value is not None:
                row[places[category_label]] = np.nansum([row[places[category_label]], value])
    return Crosstab(list(places), list(cells), np.array(list(cells.values()), dtype=np.float64).reshape(len(cells), len(places)))


def rows_alike(frame: Frame, zone: ZoneInfo, *, by_label: bool = False) -> dict[str, dict[str, Any]]:
    """What all the rows of each series say alike, by column. `by_label` and raises as `crosstab`."""
    numbers = number_columns(frame, "bars")
    labels = label_of_each(frame, _arrangement(frame, numbers, by_label)[1], zone)
    found: dict[str, dict[str, Any]] = {}
    for column in numbers:
        found |= cells_alike(frame, _series_names(column, labels, numbers))
    return found


def _series_names(column: Column, labels: Sequence[str], numbers: Sequence[Column]) -> list[str]:
    """Of each row, for one column of numbers."""
    named = column.name if len(numbers) > 1 else ""
    return [f"{named} {label}".strip() or column.name for label in labels]


def _arrangement(frame: Frame, numbers: Sequence[Column], by_label: bool) -> tuple[list[Column], list[Column]]:
    """The columns of the category, and those of the series."""
    return (label_columns(frame, beside=numbers), []) if by_label else _columns(frame, numbers)


def _columns(frame: Frame, numbers: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """By name; else the first column that is no number is the category, and texts behind it together are the series."""
    others = [column for column in frame.columns if column not in numbers]
    untimed = [column for column in others if column.name not in TIME_NAMES]
    category = [column for column in others if column.name in CATEGORY_NAMES][:1] or untimed[:1] or others[:1]
    rest = [column for column in untimed if column not in category]
    series = [column for column in rest if column.name in SERIES_NAMES][:1]
    return category, series or [column for column in rest if column.kind in {"text", "other"}]
