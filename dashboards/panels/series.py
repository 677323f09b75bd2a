"""Points over time, sorted by series: from a Frame of any of the shapes a time series query may have."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from dashboards.panels.base import WrongShape
from dashboards.panels.moments import EARLIEST, LATEST, epoch_of, on_axis
from dashboards.panels.units import as_float
from dashboards.panels.values import clean, text_of
from datasources.frame import Column, Frame
from datasources.timerange import UTC_ZONE

UNLABELLED = "default"  # CONTRACT.md: a series without a label column
NO_LABEL = "none"  # the series of the rows whose label is NULL
TIME_NAMES = ("timestamp", "time", "bucket")
LABEL_NAMES = ("label", "series_label", "metric")
LONGEST_LABEL = 200
_DOUBLES = {"float4", "float8"}


@dataclass(frozen=True, slots=True)
class Series:
    """`times` in epoch seconds, ascending; `values` finite numbers, None where there is none."""

    label: str
    times: list[float]
    values: list[float | None]

    def known(self) -> list[float]:
        return [value for value in self.values if value is not None] if None in self.values else self.values  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what. `labels` together name a series; several `values` make several series."""

    time: Column
    values: tuple[Column, ...]
    labels: tuple[Column, ...]


def read_series(frame: Frame, zone: ZoneInfo = UTC_ZONE) -> list[Series]:
    """The series of a frame by label; times without a zone are `zone`'s, rows without a time are left out.

    Raises WrongShape without a column of times, or of numbers.
    """
    columns = find_columns(frame)
    if not frame.row_count:
        return []
    times = _times(frame.column(columns.time.name), columns.time, zone)
    labels = _labels([frame.column(column.name) for column in columns.labels])
    found: list[Series] = []
    for column in columns.values:
        prefix = column.name if len(columns.values) > 1 else ""
        found += _by_label(times, _numbers(frame.column(column.name), column), labels, prefix)
    return sorted((series for series in found if series.times), key=lambda series: series.label)


def find_columns(frame: Frame) -> Columns:
    """By name where a name is given, else by kind: the first time, all numbers, all texts. Raises WrongShape."""
    named = {column.name: column for column in frame.columns}
    time = _first(named, TIME_NAMES) or next((one for one in frame.columns if one.kind in {"time", "date"}), None)
    if time is None:
        raise WrongShape("The query gives no column of times. Name one “time”.")
    label, others = _first(named, LABEL_NAMES), [column for column in frame.columns if column is not time]
    labels = [label] if label is not None else [one for one in others if one.kind in {"text", "other"}]
    values = [one for one in others if one.kind in {"number", "boolean"} and one is not label]
    if "value" in named:
        values = [one for one in values if one.name == "value"]
    if not values:
        raise WrongShape(f"The query gives no column of numbers to draw: {_described(frame)}.")
    return Columns(time, tuple(values), tuple(labels))


def _described(frame: Frame) -> str:
    return ", ".join(f"“{clean(column.name)}” is {column.type_name or column.kind}" for column in frame.columns[:10])


def _first(named: dict[str, Column], names: Sequence[str]) -> Column | None:
    return next((named[name] for name in names if name in named), None)


def _times(values: Sequence[Any], column: Column, zone: ZoneInfo) -> Sequence[float | None]:
    """A structured query gives epoch seconds as doubles; SQL gives what it likes."""
    if column.name == "timestamp" and column.type_name in _DOUBLES:
        return values if _all_within(values, EARLIEST, LATEST) else [on_axis(value) for value in values]
    if column.type_name == "timestamptz" and {*map(type, values)} == {datetime}:
        epochs = list(map(datetime.timestamp, values))
        return epochs if _all_within(epochs, EARLIEST, LATEST) else list(map(on_axis, epochs))
    return [epoch_of(value, zone) for value in values]


def _numbers(values: Sequence[Any], column: Column) -> Sequence[float | None]:
    if column.type_name not in _DOUBLES:
        return [as_float(value) for value in values]
    if _all_within(values, -math.inf, math.inf):
        return values
    return [value if value is not None and math.isfinite(value) else None for value in values]


def _all_within(values: Sequence[Any], low: float, high: float) -> bool:
    """Whether there is neither None, NaN nor infinity nor anything else out of bounds: quicker than to ask each."""
    return None not in values and math.isfinite(sum(values)) and low <= min(values) and max(values) <= high


def _labels(columns: list[Sequence[Any]]) -> list[str] | None:
    if not columns:
        return None
    names = {value: _label(value) for column in columns for value in set(column)}
    if len(columns) == 1:
        return [names[value] for value in columns[0]]
    return [" ".join(names[value] for value in row) for row in zip(*columns, strict=True)]


def _label(value: Any) -> str:
    text = text_of(value, UTC_ZONE) if value is not None else NO_LABEL
    return text if len(text) <= LONGEST_LABEL else f"{text[:LONGEST_LABEL]}…"


def _by_label(
    times: Sequence[float | None], values: Sequence[float | None], labels: Sequence[str] | None, prefix: str
) -> list[Series]:
    if labels is None:
        return [_sorted(prefix or UNLABELLED, times, values)]
    groups: dict[str, tuple[list[float | None], list[float | None]]] = {}
    for time, value, label in zip(times, values, labels, strict=True):
        group = groups.get(label)
        if group is None:
            group = groups[label] = ([], [])
        group[0].append(time)
        group[1].append(value)
    return [_sorted(f"{prefix} {label}".lstrip(), *group) for label, group in groups.items()]


def _sorted(label: str, times: Sequence[float | None], values: Sequence[float | None]) -> Series:
    if None not in times and times == sorted(times):  # type: ignore[type-var]
        return Series(label, list(times), list(values))
    points = [(time, value) for time, value in zip(times, values, strict=True) if time is not None]
    points.sort(key=itemgetter(0))
    return Series(label, [time for time, _ in points], [value for _, value in points])
