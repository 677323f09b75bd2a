"""A history from what a query answers: the states of all labels in cells, and how long each held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from dashboards.panels.base import Ask, WrongShape
from dashboards.panels.cell_grid import Cells, cells_of
from dashboards.panels.labelled import TIME_NAMES, label_columns, label_of_each
from dashboards.panels.moments import on_axis
from dashboards.panels.overrides import overridden
from dashboards.panels.parts import Threshold
from dashboards.panels.states import Look, Run, State, held, runs_of, state_of
from dashboards.panels.thresholds import absolute
from datasources.frame import Answered, Frame, Series, SeriesFrame
from datasources.series import UNLABELLED
from datasources.timerange import Bucket

MOST_ROWS = 60


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """`cells` have places among `states`; `runs` of all rows are in the order of rows and time."""

    cells: Cells
    runs: list[Run]
    states: list[State]
    left_out: int = 0

    @property
    def labels(self) -> list[str]:
        return self.cells.labels


def history_of(given: Answered, display: Look, ask: Ask, bucket: Bucket | None) -> History:
    """From points over time or rows, in cells of `bucket` or as wide as points are apart. Raises WrongShape."""
    if isinstance(given, SeriesFrame):
        series, values = _coded(given.series)
    else:
        series, values = _coded_rows(given, ask)
    rows = overridden(series, display.overrides)
    shown = [(replace(one, label=name), changed) for one, name, changed in rows[:MOST_ROWS]]
    states = _states_of_each([changed for _, changed in shown], values, display)
    cells = cells_of([one for one, _ in shown], bucket, of_several="last")
    stop = min(ask.time_range.stop or ask.now, ask.now).timestamp()
    if display.hold:
        cells = held(cells, until=stop)
    held_states = _occurring(cells, states)
    order = {state: place for place, state in enumerate(held_states)}
    runs = runs_of(cells, values, states, stop=stop)
    return History(
        _renamed(cells, [[order.get(state, 0) for state in row] for row in states]), runs, held_states, len(rows) - len(shown)
    )


def _states_of_each(rows: Sequence[Mapping[str, Any]], values: Sequence[Any], display: Look) -> list[list[State]]:
    """For each row what its values are, with what an override says of it. Rows that look alike are looked at once."""
    thresholds = absolute(display.thresholds, display.threshold_mode, *_reach(values))
    known: dict[str, list[State]] = {}
    found = []
    for changed in rows:
        look = repr(changed)
        if look not in known:
            known[look] = _states(values, display.model_copy(update=changed) if changed else display, thresholds)
        found.append(known[look])
    return found


def _occurring(cells: Cells, states: Sequence[Sequence[State]]) -> list[State]:
    """The states that some cell has, in the order of their values: a row need not have every value that others have."""
    found = {
        row[place]
        for known, row in zip(cells.values, states, strict=False)
        for place in np.unique(known[~np.isnan(known)]).astype(np.int64)
    }
    return [state for state in dict.fromkeys(state for row in states for state in row) if state in found]


def _states(values: Sequence[Any], display: Look, thresholds: Sequence[Threshold]) -> list[State]:
    """Of two states of one name the first one's colour is drawn."""
    states = [state_of(value, display, thresholds) for value in values]
    named = {state.name: state for state in reversed(states)}
    return [named[state.name] for state in states]


def _renamed(cells: Cells, places: Sequence[Sequence[int]]) -> Cells:
    """Cells with other places, those of each row: several values may have one name, and are one state."""
    renamed = np.full(cells.values.shape, np.nan)
    for row, (values, to) in enumerate(zip(cells.values, places, strict=False)):
        is_known = ~np.isnan(values)
        renamed[row, is_known] = np.array([*to, 0])[values[is_known].astype(np.int64)]
    return Cells(cells.labels, cells.start, cells.step, renamed)


def _reach(values: Sequence[Any]) -> tuple[float | None, float | None]:
    numbers = [value for value in values if isinstance(value, int | float)]
    return (min(numbers), max(numbers)) if numbers else (None, None)


def _coded(series: Sequence[Series]) -> tuple[list[Series], list[Any]]:
    """The series with places among all values there are, instead of the values."""
    values = np.unique(np.concatenate([np.empty(0), *(one.known() for one in series)]))
    coded = [replace(one, values=np.where(np.isnan(one.values), np.nan, np.searchsorted(values, one.values))) for one in series]
    return coded, [int(value) if value.is_integer() else value for value in values.tolist()]


def _coded_rows(frame: Frame, ask: Ask) -> tuple[list[Series], list[Any]]:
    """From rows of a time, a label and a state. Raises WrongShape."""
    time = next((column for column in frame.columns if column.name in TIME_NAMES), None)
    state = next((column for column in frame.columns if column.name in {"value", "state", "status"}), None)
    if time is None or state is None:
        raise WrongShape("The query of a status history gives a “time”, a “value” and, for several rows, a “label”.")
    labels = label_of_each(frame, label_columns(frame, beside=[time, state]), ask.zone)
    places: dict[Any, int] = {}
    points: dict[str, list[tuple[float, float]]] = {}
    for moment, label, value in zip(frame.column(time.name), labels, frame.column(state.name), strict=True):
        epoch = on_axis(moment.timestamp()) if isinstance(moment, datetime) and moment.tzinfo else None
        if epoch is not None and value is not None:
            points.setdefault(label or UNLABELLED, []).append((epoch, places.setdefault(value, len(places))))
    return [_series(label, found) for label, found in sorted(points.items())], list(places)


def _series(label: str, points: list[tuple[float, float]]) -> Series:
    times, places = np.array(sorted(points, key=lambda point: point[0]), dtype=np.float64).T
    return Series(label, times, places)
