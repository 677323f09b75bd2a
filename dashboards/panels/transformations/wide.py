"""Points over time as a table, one row a moment and one column a series, and back: so that steps work on charts too."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from dashboards.panels.transformations.fields import as_doubles
from dashboards.panels.transformations.tables import CannotTransform, cells, check_size
from datasources.frame import Column, Doubles, Frame, Series, SeriesFrame

TIME = "time"
CALENDAR = -62_135_510_400.0, 253_402_214_400.0  # the years 1 to 9999, but for a day at each end, for zones


def as_table(frame: SeriesFrame) -> Frame:
    """`time` in epoch seconds, ascending, and the values by label; None where a series has none."""
    if any(series.label == TIME for series in frame.series):
        raise CannotTransform("a series must not be called “time”")
    moments = np.unique(np.concatenate([np.empty(0), *(series.times for series in frame.series)]))
    check_size(len(moments), len(frame.series) + 1)
    columns, values = [Column(TIME, "time", "epoch")], [moments.tolist()]
    for series in frame.series:
        spread = np.full(len(moments), np.nan)
        spread[np.searchsorted(moments, series.times)] = series.values
        columns.append(Column(series.label, "number", "float8"))
        values.append(_with_none(spread))
    return Frame(tuple(columns), tuple(values), truncated=frame.truncated, sql=frame.sql, elapsed_ms=frame.elapsed_ms)


def by_moment(frame: SeriesFrame) -> Frame:
    """The same with moments for people and files. Raises CannotTransform."""
    table = as_table(frame)
    times, *others = table.values
    moments = [datetime.fromtimestamp(time, UTC) for time in times]
    return replace(table, columns=(Column(TIME, "time"), *table.columns[1:]), values=(moments, *others))


def as_series(table: Frame, given: SeriesFrame) -> SeriesFrame:
    """The columns of numbers as series over `time`, in the columns' order. Raises CannotTransform where there is no time."""
    times = as_doubles(cells(table, TIME))
    if np.isnan(times).any():
        raise CannotTransform("the field “time” of a chart must hold the times of its points")
    if len(times) and (times.min() < CALENDAR[0] or times.max() > CALENDAR[1]):
        raise CannotTransform("the field “time” of a chart must hold times of the years 1 to 9999")
    order = np.argsort(times, kind="stable")
    named = {one.label: one for one in given.series}
    series = []
    for column, values in zip(table.columns, table.values, strict=True):
        if column.name == TIME or column.kind != "number":
            continue
        numbers = as_doubles(values)[order]
        is_known = ~np.isnan(numbers)
        series.append(_one(named.get(column.name), column.name, times[order][is_known], numbers[is_known]))
    return replace(given, series=tuple(series))


def _one(given: Series | None, name: str, times: Doubles, values: Doubles) -> Series:
    """With what is known of the given series of that name."""
    return Series(name, times, values) if given is None else replace(given, times=times, values=values)


def _with_none(values: Any) -> list[Any]:
    return [None if value != value else value for value in values.tolist()]
