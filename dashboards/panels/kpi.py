"""KPI: one number, its threshold, how it changed, and its course."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from dashboards.panels.base import Answer, Ask, Data, PanelType, WrongShape
from dashboards.panels.change import change_between
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.grid import broken, filled
from dashboards.panels.mappings import Mapped, mapped
from dashboards.panels.measured import Bounded
from dashboards.panels.parts import DataSource, Name, Strict, Threshold
from dashboards.panels.prom_queries import prom_series
from dashboards.panels.querying import RowColumns, SeriesColumns, newest_query, rows_query, series_query, variables_of
from dashboards.panels.reducers import Reducer, reduced, reduced_cells
from dashboards.panels.settle import Settle
from dashboards.panels.sparkline import COURSE_POINTS, sparkline
from dashboards.panels.thresholds import Level, absolute, coloured, level_of
from dashboards.panels.units import as_float, format_number
from dashboards.panels.values import json_value
from datasources.base import Query
from datasources.frame import Frame, Frames, SeriesFrame, rows_of, series_of
from datasources.timerange import Bucket, TimeRange

MOST_REDUCED = 10_000


class Columns(Strict):
    value: Name
    timestamp: Name | None = None


class KpiSource(DataSource):
    columns: Columns | None = None
    settle: Settle | None = None

    by_step: ClassVar[bool] = True

    @model_validator(mode="after")
    def _settles_over_time(self) -> Self:
        if self.settle is not None and (self.columns is None or self.columns.timestamp is None):
            raise ValueError("settle is for the course of a table's values: it needs columns with a timestamp")
        return self


class KpiDisplay(Bounded):
    reduce: Annotated[
        Reducer | None, Field(description="Of several rows, or of each step of PromQL: the value is that of all of them")
    ] = None


class KpiDocument(QueryDocument):
    type: Literal["kpi"] = "kpi"
    data_source: KpiSource
    display: KpiDisplay = KpiDisplay()

    @model_validator(mode="after")
    def _reduces_rows(self) -> Self:
        if self.display.reduce is not None and self.data_source.table is not None:
            raise ValueError("display.reduce is for SQL of several rows: over a table give data_source.aggregate")
        if self.display.reduce is None and any(part.range for part in self.data_source.parts):
            raise ValueError("data_source.range gives a value of each step: display.reduce says what becomes of them")
        return self


class KpiData(Data):
    value: float | None
    unit: str
    decimals: int | None
    threshold_status: str
    threshold_color: Annotated[str, Field(examples=["#10B981"])]


class Kpi(PanelType[KpiDocument]):
    name: ClassVar[str] = "kpi"
    label: ClassVar[str] = "KPI"
    document: ClassVar[type[PanelDocument]] = KpiDocument
    untransformed: ClassVar[frozenset[str]] = frozenset({"course"})
    shape: ClassVar[type[Data]] = KpiData

    def queries(self, document: KpiDocument, ask: Ask) -> dict[str, Query]:
        """`value`; with a closed range also `before`, where the query depends on time, and `course`, with a timestamp."""
        source = document.data_source
        queries: dict[str, Query] = {"value": _value_query(document, ask, ask.time_range)}
        if not ask.time_range.is_closed:
            return queries
        if source.parts:
            depends_on_time = True
        elif source.sql is not None:
            depends_on_time = "$__time" in source.sql
        else:
            depends_on_time = source.columns is not None and source.columns.timestamp is not None
        if depends_on_time:
            queries["before"] = _value_query(document, ask, ask.time_range.previous())
        if course := _course_query(document, ask):
            queries["course"] = course
        return queries

    def answer(self, document: KpiDocument, frames: Frames, ask: Ask) -> Answer:
        value, display = _value(rows_of(frames, "value"), document), document.display
        level = level_of(as_float(value), _thresholds(document, frames))
        data = {
            "value": _exact_enough(value),
            "unit": display.unit,
            "decimals": display.decimals,
            "threshold_status": level.status,
            "threshold_color": level.colour,
        }
        return Answer(data=data, notes=_notes(frames, document), is_empty=value is None)

    def context(self, document: KpiDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`number`, `unit`, `has_value`; `status` ("" without thresholds), `color`, `shape`, `tone`.

        `change`: None or `text` and `direction` (up, down, flat). `sparkline`: None or `line`, `area`, `summary`.
        """
        value, display = _value(rows_of(frames, "value"), document), document.display
        called = mapped(display.mappings, value)
        level = coloured(level_of(as_float(value), _thresholds(document, frames)), called)
        shown = format_number(value, display.unit, display.decimals)
        has_text = called is not None and called.text is not None
        before = _value(rows_of(frames, "before"), document) if "before" in frames else None
        course_frame = series_of(frames, "course") if "course" in frames else SeriesFrame(())
        course, step = list(course_frame.series), course_frame.step or float(_course_seconds(ask.time_range))
        is_count = document.data_source.aggregate == "count"
        course = [filled(series, step, 0.0) if is_count else broken(series, step) for series in course]
        return {
            "number": called.text if called is not None and has_text else shown.number,
            "unit": "" if has_text else shown.unit,
            "has_value": value is not None or has_text,
            "status": _status(display, level, value, str(shown), called),
            "color": level.colour,
            "shape": level.shape,
            "tone": level.tone,
            "change": change_between(as_float(before), as_float(value), display.unit, display.decimals),
            "sparkline": sparkline(course[0], display.unit, display.decimals) if course else None,
            "notes": _notes(frames, document),
            "is_empty": False,
        }

    def export(self, document: KpiDocument, ask: Ask) -> Query:
        return _value_query(document, ask, ask.time_range)


def _value_query(document: KpiDocument, ask: Ask, time_range: TimeRange) -> Query:
    """One row, unless the document says what becomes of several rows of SQL."""
    columns, ask = document.data_source.columns, ask.replaced(time_range=time_range)
    if document.display.reduce is not None or (document.transformations and document.data_source.table is None):
        return rows_query(document, ask, None, limit=MOST_REDUCED + 1)
    read = RowColumns({"value": columns.value}, timestamp=columns.timestamp) if columns is not None else None
    return newest_query(document, ask, read)


def _course_query(document: KpiDocument, ask: Ask) -> Query | None:
    """The value over the range in COURSE_POINTS buckets, for the sparkline. None without a timestamp column."""
    source, columns = document.data_source, document.data_source.columns
    if source.parts and ask.time_range.is_closed:
        return prom_series(source, ask, variables_of(document, ask), max_points=COURSE_POINTS)
    if columns is None or columns.timestamp is None or not ask.time_range.is_closed:
        return None
    points = SeriesColumns(timestamp=columns.timestamp, value=columns.value)
    bucket = Bucket(_course_seconds(ask.time_range), "second")
    return series_query(document, ask, points, bucket=bucket, settle=document.data_source.settle)


def _course_seconds(time_range: TimeRange) -> int:
    length = time_range.length
    return max(1, round(length.total_seconds() / COURSE_POINTS)) if length is not None else 1


def _value(frame: Frame, document: KpiDocument) -> int | float | Decimal | None:
    """The value: of the column named so, else of the only one. None without a row, and for NULL.

    Of several rows the first one's, unless the document says how they are reduced to one.
    """
    if "value" not in frame.names and len(frame.names) != 1:
        raise WrongShape("The query of a KPI gives one column, or one named “value”.")
    values = frame.column("value" if "value" in frame.names else frame.names[0])
    reduce = document.display.reduce
    value = (values[0] if values else None) if reduce is None else reduced_cells(values[:MOST_REDUCED], reduce)
    if value is not None and not isinstance(value, int | float | Decimal):
        raise WrongShape("The value of a KPI must be a number.")
    return int(value) if isinstance(value, bool) else value


def _thresholds(document: KpiDocument, frames: Frames) -> Sequence[Threshold]:
    """Percents are of `min` to `max`; where one is not given, of the least and greatest value over the time range."""
    display = document.display
    if display.threshold_mode == "absolute":
        return display.thresholds
    course = series_of(frames, "course").series if "course" in frames else ()
    known = course[0].known() if course else np.empty(0)
    low, high = reduced(known, "min"), reduced(known, "max")
    ends = low if display.min is None else display.min, high if display.max is None else display.max
    return absolute(display.thresholds, display.threshold_mode, *ends)


def _status(display: KpiDisplay, level: Level, value: Any, written: str, called: Mapped | None) -> str:
    """What stands beside the mark of a colour: the threshold's name; the number itself, where a mapping gave its colour."""
    if called is not None and called.colour:
        return written
    return level.status if display.thresholds and value is not None else ""


def _notes(frames: Frames, document: KpiDocument) -> tuple[str, ...]:
    is_cut = document.display.reduce is not None and rows_of(frames, "value").row_count > MOST_REDUCED
    return (f"Only the first {MOST_REDUCED:,} rows are counted.",) if is_cut else ()


def _exact_enough(value: int | float | Decimal | None) -> int | float | None:
    """CONTRACT.md has a number here: beyond what doubles hold exactly, the nearest one."""
    exact = json_value(value)
    return as_float(value) if isinstance(exact, str) else exact


PANEL_TYPE = Kpi()
