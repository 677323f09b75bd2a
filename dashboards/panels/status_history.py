"""Status history: the state of each label over time, a row a label."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.cell_grid import bucket_for
from dashboards.panels.cells import Shape, page_cell
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.durations import format_duration
from dashboards.panels.figures import escaped, x_axis
from dashboards.panels.history import MOST_ROWS, History, history_of
from dashboards.panels.interpolation import titled
from dashboards.panels.key import KeyRow, Paint, as_table, in_words, paint, shortened
from dashboards.panels.measured import Measured
from dashboards.panels.moments import clock_change, iso, wall_clock
from dashboards.panels.overrides import StateRowOverride
from dashboards.panels.querying import RowColumns, SeriesSource, rows_query, series_query
from dashboards.panels.units import format_number
from dashboards.panels.values import json_value
from datasources.base import Query
from datasources.frame import Frames

MOST_STATES = 60
SPOKEN = 6


class StatusDisplay(Measured):
    """`mappings` name the states; `hold`: a state goes on until the next one, as in a table that keeps changes only.

    `overrides` are of rows; what colours a row has are its mappings'.
    """

    hold: bool = False
    overrides: Annotated[
        list[StateRowOverride], Field(max_length=50, description="Of rows; their mappings say their colours")
    ] = []


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
        history = _history(frames, _as_in_the_data(document), ask)
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
    display = document.display
    mappings = [*display.mappings, *(one for override in display.overrides for one in override.mappings or ())]
    values = [one.value for one in mappings if one.value is not None]
    patterns = [one for one in mappings if one.regex is not None]
    return bool(patterns) or any(isinstance(value, str) and not _is_number(value) for value in values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _as_in_the_data(document: StatusDocument) -> StatusDocument:
    """Rows as they are called in the data, all of them; what their states are called stays."""
    said = [one.model_copy(update={"name": None, "hidden": False, "order": 0}) for one in document.display.overrides]
    return document.model_copy(update={"display": document.display.model_copy(update={"overrides": said})})


def _history(frames: Frames, document: StatusDocument, ask: Ask) -> History:
    bucket = bucket_for(ask.time_range, ask.max_points) if document.data_source.table is not None else None
    return history_of(frames["states"], document.display, ask, bucket)


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
    seconds = dict.fromkeys(history.states, 0.0)
    for run in history.runs:
        seconds[run.state] += run.seconds
    whole = sum(seconds.values()) or 1.0
    ordered = sorted(history.states, key=lambda state: -seconds[state])[:MOST_STATES]
    return [
        KeyRow(
            state.name,
            escaped(state.name),
            painted.row(state.name).number,
            state.color,
            (str(format_number(100 * seconds[state] / whole, "percent", 1)),),
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
