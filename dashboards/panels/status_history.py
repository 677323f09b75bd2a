"""Status history: the state of each label over time, a row a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, Field

from dashboards.panels.base import Answer, Ask, Data, PanelType, WrongShape
from dashboards.panels.cell_grid import Cells, bucket_for, cells_of
from dashboards.panels.cells import Shape, page_cell
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.durations import format_duration
from dashboards.panels.figures import escaped, x_axis
from dashboards.panels.interpolation import titled
from dashboards.panels.key import KeyRow, Paint, as_table, in_words, paint, shortened
from dashboards.panels.labelled import TIME_NAMES, label_columns, label_of_each
from dashboards.panels.measured import Measured
from dashboards.panels.moments import clock_change, iso, on_axis, wall_clock
from dashboards.panels.querying import RowColumns, SeriesSource, rows_query, series_query
from dashboards.panels.states import Run, State, held, runs_of, state_of
from dashboards.panels.thresholds import absolute
from dashboards.panels.units import format_number
from dashboards.panels.values import json_value
from datasources.base import Query
from datasources.frame import Frame, Frames, Series, SeriesFrame

MOST_ROWS = 60
MOST_STATES = 60
SPOKEN = 6


class StatusDisplay(Measured):
    """`mappings` name the states; `hold`: a state goes on until the next one, as in a table that keeps changes only."""

    hold: bool = False


class StatusDocument(QueryDocument):
    type: Literal["status_history"] = "status_history"
    data_source: SeriesSource
    display: StatusDisplay = StatusDisplay()


class AnsweredRun(BaseModel):
    start: str
    end: str
    value: Any
    status: str
    color: Annotated[str | None, Field(description="Null where the document gives none.")]


class AnsweredRow(BaseModel):
    label: str
    runs: list[AnsweredRun]


class StatusData(Data):
    rows: list[AnsweredRow]


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


class StatusHistory(PanelType[StatusDocument]):
    name: ClassVar[str] = "status_history"
    label: ClassVar[str] = "Status history"
    document: ClassVar[type[PanelDocument]] = StatusDocument
    shape: ClassVar[type[Data]] = StatusData
    is_chart: ClassVar[bool] = True
    has_time_axis: ClassVar[bool] = True

    def queries(self, document: StatusDocument, ask: Ask) -> dict[str, Query]:
        return {"states": self.export(document, ask)}

    def answer(self, document: StatusDocument, frames: Frames, ask: Ask) -> Answer:
        history = _history(frames, document, ask)
        rows: list[dict[str, Any]] = [{"label": label, "runs": []} for label in history.labels]
        for run in history.runs:
            ends = {"start": iso(run.start), "end": iso(run.stop)}
            said = {"value": json_value(run.value), "status": run.state.name, "color": run.state.color or None}
            rows[run.row]["runs"].append({**ends, **said})
        return Answer(data={"rows": rows}, notes=_notes(frames, history, ask), is_empty=not history.runs)

    def context(self, document: StatusDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`figure`; `key`, a row a state with its share of the time; `summary` in words; `twin`, the runs as a table."""
        history = _history(frames, document, ask)
        painted = paint([state.name for state in history.states], {})
        return {
            "figure": _figure(history, painted, ask),
            "key": _key(history, painted),
            "key_heading": "State",
            "key_columns": ("share of time",),
            "summary": _summary(history, document, ask),
            "twin": lambda: _twin(history, ask),
            "notes": _notes(frames, history, ask),
            "is_empty": not history.runs,
        }

    def export(self, document: StatusDocument, ask: Ask) -> Query:
        """Numbers come as points over time. Texts come as rows: of a table the last one of each bucket."""
        source, bucket = document.data_source, bucket_for(ask.time_range, ask.max_points)
        if not _has_texts(document):
            return series_query(document, ask, source.columns, bucket=bucket, settle=source.settle, aggregate="last")
        columns = source.columns
        if columns is None:
            return rows_query(document, ask, None)
        label = {"label": columns.series_label} if columns.series_label else {}
        read = RowColumns({"value": columns.value}, label, timestamp=columns.timestamp, bucket=bucket)
        return rows_query(document, ask, read, aggregate="last")


def _has_texts(document: StatusDocument) -> bool:
    """Whether the states are texts: a mapping is of one, or of a pattern."""
    values = [one.value for one in document.display.mappings if one.value is not None]
    patterns = [one for one in document.display.mappings if one.regex is not None]
    return bool(patterns) or any(isinstance(value, str) and not _is_number(value) for value in values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _history(frames: Frames, document: StatusDocument, ask: Ask) -> History:
    given, display = frames["states"], document.display
    if isinstance(given, SeriesFrame):
        series, values = _coded(given.series)
    else:
        series, values = _coded_rows(given, ask)
    shown = series[:MOST_ROWS]
    thresholds = absolute(display.thresholds, display.threshold_mode, *_reach(values))
    states = [state_of(value, display, thresholds) for value in values]
    bucket = bucket_for(ask.time_range, ask.max_points) if document.data_source.table is not None else None
    cells = cells_of(shown, bucket, of_several="last")
    stop = min(ask.time_range.stop or ask.now, ask.now).timestamp()
    if display.hold:
        cells = held(cells, until=stop)
    named = list({state.name: state for state in states}.values())
    runs = runs_of(cells, values, states, stop=stop)
    return History(_renamed(cells, [named.index(state) for state in states]), runs, named, len(series) - len(shown))


def _renamed(cells: Cells, places: Sequence[int]) -> Cells:
    """Cells with other places: several values may be one state."""
    is_known = ~np.isnan(cells.values)
    renamed = np.full(cells.values.shape, np.nan)
    renamed[is_known] = np.array([*places, 0])[cells.values[is_known].astype(np.int64)]
    return Cells(cells.labels, cells.start, cells.step, renamed)


def _reach(values: Sequence[Any]) -> tuple[float | None, float | None]:
    numbers = [value for value in values if isinstance(value, int | float)]
    return (min(numbers), max(numbers)) if numbers else (None, None)


def _coded(series: Sequence[Series]) -> tuple[list[Series], list[Any]]:
    """The series with places among all values there are, instead of the values."""
    values = np.unique(np.concatenate([np.empty(0), *(one.known() for one in series)]))
    coded = [
        Series(one.label, one.times, np.where(np.isnan(one.values), np.nan, np.searchsorted(values, one.values)))
        for one in series
    ]
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
            points.setdefault(label or "default", []).append((epoch, places.setdefault(value, len(places))))
    return [_series(label, found) for label, found in sorted(points.items())], list(places)


def _series(label: str, points: list[tuple[float, float]]) -> Series:
    times, places = np.array(sorted(points, key=lambda point: point[0]), dtype=np.float64).T
    return Series(label, times, places)


def _figure(history: History, painted: Paint, ask: Ask) -> dict[str, Any]:
    """A trace a row, of the places of its states. static/js/heat.js paints them as cells, and keeps the lines for the pointer."""
    names, cells = shortened(history.labels), history.cells
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x0": wall_clock(cells.start, ask.zone),
            "dx": round(cells.step * 1_000),
            "y": places,
            "hovertemplate": f"%{{x}}<br>{name}: %{{text}}<extra></extra>",
            "meta": {"decimals": 0},
        }
        for name, places in zip(names, cells.values, strict=True)
    ]
    states = [
        {"name": escaped(state.name), "color": state.color, "series": painted.row(state.name).number, "height": state.height}
        for state in history.states
    ]
    rows = {"type": "linear", "range": [len(names) - 0.5, -0.5], "tickvals": list(range(len(names))), "ticktext": names,
            "showgrid": False}  # fmt: skip
    axis = {**x_axis(ask.time_range, ask.zone), "showspikes": False}
    layout = {"xaxis": axis, "yaxis": rows, "hovermode": "closest", "hoverdistance": -1, "meta": {"states": states}}
    return {"data": traces, "layout": layout}


def _key(history: History, painted: Paint) -> list[KeyRow]:
    """The states by how long they held."""
    seconds = {state.name: 0.0 for state in history.states}
    for run in history.runs:
        seconds[run.state.name] += run.seconds
    whole = sum(seconds.values()) or 1.0
    ordered = sorted(history.states, key=lambda state: -seconds[state.name])[:MOST_STATES]
    return [
        KeyRow(
            state.name,
            escaped(state.name),
            painted.row(state.name).number,
            state.color,
            (str(format_number(100 * seconds[state.name] / whole, "percent", 1)),),
            state.shape,
        )
        for state in ordered
    ]


def _summary(history: History, document: StatusDocument, ask: Ask) -> str:
    last = {run.row: run for run in history.runs}
    said = [f"{history.labels[row]} last {last[row].state.name}" for row in sorted(last)[:SPOKEN]]
    return in_words(titled(document.title, ask), "rows", said, len(history.labels))


def _twin(history: History, ask: Ask) -> dict[str, Any]:
    """The newest runs first."""
    newest = sorted(history.runs, key=lambda run: -run.start)
    rows = [
        (
            history.labels[run.row],
            (run.state.name, _clock(run.start, ask), _clock(run.stop, ask), " ".join(format_duration(run.seconds, "s")).strip()),
        )
        for run in newest
    ]
    return as_table("Row", ("state", "from", "to", "how long"), rows)


def _clock(epoch: float, ask: Ask) -> str:
    return page_cell(datetime.fromtimestamp(epoch, UTC), Shape("datetime"), ask.zone).text


def _notes(frames: Frames, history: History, ask: Ask) -> tuple[str, ...]:
    frame, runs = frames["states"], history.runs
    change = clock_change(min(run.start for run in runs), max(run.stop for run in runs), ask.zone) if runs else None
    said = (
        (frame.truncated, f"Only the first {frame.row_count:,} rows are read."),
        (history.left_out, f"The first {MOST_ROWS} of {MOST_ROWS + history.left_out:,} rows are shown."),
        (change, f"The clocks change on {change:%-d %B %Y}." if change else ""),
    )
    return tuple(note for holds, note in said if holds)


PANEL_TYPE = StatusHistory()
