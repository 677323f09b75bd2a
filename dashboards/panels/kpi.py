"""KPI: one number, its threshold, how it changed, and its course."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from dashboards.panels.base import Answer, Ask, PanelType, WrongShape
from dashboards.panels.cells import json_value
from dashboards.panels.document import DataSource, Display, Name, PanelDocument, Strict, Threshold
from dashboards.panels.series import read_series
from dashboards.panels.units import as_float, format_number
from datasources.base import Query, SeriesQuery, SqlQuery, TableQuery
from datasources.frame import Frame
from datasources.guard import split_kpi_query
from datasources.timerange import Bucket, TimeRange

GOOD = ("good", "#10B981")  # CONTRACT.md: where no threshold is reached, and where there is no value
STATUS_BY_PLACE = ("warning", "critical")
SPARK_POINTS = 60
SPARK_WIDTH, SPARK_HEIGHT = 240, 40


class Columns(Strict):
    value: Name
    timestamp: Name | None = None


class KpiSource(DataSource):
    columns: Columns | None = None


class KpiDisplay(Display):
    thresholds: Annotated[list[Threshold], Field(max_length=10)] = []


class KpiDocument(PanelDocument):
    type: Literal["kpi"] = "kpi"
    data_source: KpiSource
    display: KpiDisplay = KpiDisplay()


class Kpi(PanelType[KpiDocument]):
    name = "kpi"
    label = "KPI"
    document = KpiDocument

    def queries(self, document: KpiDocument, ask: Ask) -> dict[str, Query]:
        """The value; where a timestamp and a closed range are there, the value before and the course."""
        asked: dict[str, Query] = {"value": _value_query(document, ask, ask.time_range)}
        columns = document.data_source.columns
        is_timed = document.data_source.sql is not None or (columns is not None and columns.timestamp is not None)
        if ask.time_range.is_closed and is_timed:
            if "$__time" in (document.data_source.sql or "$__time"):
                asked["before"] = _value_query(document, ask, ask.time_range.previous())
            if columns is not None and columns.timestamp is not None and document.data_source.table is not None:
                asked["course"] = _course_query(document, ask)
        return asked

    def answer(self, document: KpiDocument, frames: Mapping[str, Frame], ask: Ask) -> Answer:
        value, display = _first(frames["value"]), document.display
        status, colour = threshold_of(as_float(value), display.thresholds)
        data = {
            "value": json_value(value),
            "unit": display.unit,
            "decimals": display.decimals,
            "threshold_status": status,
            "threshold_color": colour,
        }
        return Answer(data=data, is_empty=value is None)

    def context(self, document: KpiDocument, frames: Mapping[str, Frame], ask: Ask) -> dict[str, Any]:
        """`number`, `unit`, `has_value`, `status`, `color`, `tone`, `change` (text, direction) and `spark` (points)."""
        value, display = _first(frames["value"]), document.display
        status, colour = threshold_of(as_float(value), display.thresholds)
        shown = format_number(value, display.unit, display.decimals)
        return {
            "number": shown.number,
            "unit": shown.unit,
            "has_value": value is not None,
            "status": status if display.thresholds and value is not None else "",
            "color": colour,
            "shape": _shape(as_float(value), display.thresholds),
            "change": _change(value, frames.get("before"), display),
            "spark": _spark(frames.get("course")),
            "is_empty": False,
        }

    def export(self, document: KpiDocument, ask: Ask) -> Query:
        return _value_query(document, ask, ask.time_range)


def threshold_of(value: float | None, thresholds: list[Threshold]) -> tuple[str, str]:
    """Status and colour: of the highest threshold at or below the value; `good` where there is none or no value.

    A threshold without a label is called warning, or critical when it is the second or a later one.
    """
    ordered = sorted(thresholds, key=lambda threshold: threshold.value)
    reached = [place for place, threshold in enumerate(ordered) if value is not None and threshold.value <= value]
    if not reached:
        return GOOD
    found = ordered[reached[-1]]
    return found.label or STATUS_BY_PLACE[min(reached[-1], 1)], found.color


def _shape(value: float | None, thresholds: list[Threshold]) -> str:
    """A form beside the colour: circle, then triangle, then octagon."""
    reached = sum(1 for threshold in thresholds if value is not None and threshold.value <= value)
    return ("circle", "triangle", "octagon")[min(reached, 2)]


def _value_query(document: KpiDocument, ask: Ask, time_range: TimeRange) -> Query:
    source, variables = document.data_source, {**document.variables, **ask.variables}
    if source.columns is None or source.table is None:
        return SqlQuery(text=source.sql or "", time_range=time_range, variables=variables, limit=1)
    where, order_by, limit = _clauses(source)
    timestamp = source.columns.timestamp
    newest = '"' + timestamp.replace('"', '""') + '" DESC' if timestamp else ""
    return TableQuery(
        table=source.table,
        columns={"value": source.columns.value},
        time_column=timestamp,
        time_range=time_range,
        where=where,
        aggregate=source.aggregate,
        order_by="" if source.aggregate else order_by or newest,
        limit=None if source.aggregate else limit or 1,
        variables=variables,
    )


def _clauses(source: KpiSource) -> tuple[str, str, int | None]:
    if isinstance(source.query, str):
        return split_kpi_query(source.query)
    return source.where, source.order_by, None


def _course_query(document: KpiDocument, ask: Ask) -> SeriesQuery:
    source = document.data_source
    assert source.columns is not None and source.columns.timestamp is not None and source.table is not None  # noqa: PT018
    where, _, _ = _clauses(source)
    length = ask.time_range.length
    assert length is not None
    seconds = max(1, round(length.total_seconds() / SPARK_POINTS))
    return SeriesQuery(
        table=source.table,
        timestamp=source.columns.timestamp,
        value=source.columns.value,
        time_range=ask.time_range,
        where=where,
        aggregate=source.aggregate or "avg",
        bucket=Bucket(seconds, "second"),
        variables={**document.variables, **ask.variables},
    )


def _first(frame: Frame) -> Any:
    """The value: of the column named so, else of the only one. None without a row."""
    names = frame.names
    if "value" not in names and len(names) != 1:
        raise WrongShape("The query of a KPI gives one column, or one named “value”.")
    values = frame.column("value" if "value" in names else names[0])
    value = values[0] if values else None
    if isinstance(value, str):
        raise WrongShape("The value of a KPI must be a number.")
    return value


def _change(value: Any, before: Frame | None, display: KpiDisplay) -> dict[str, str] | None:
    """What changed against the previous period, as text and a direction."""
    if before is None:
        return None
    now, then = as_float(value), as_float(_first(before))
    if now is None or then is None:
        return None
    difference = now - then
    direction = "flat" if abs(difference) < 1e-12 else "up" if difference > 0 else "down"
    sign = {"up": "+", "down": "−", "flat": "±"}[direction]
    text = f"{sign}{format_number(abs(difference), display.unit, display.decimals)}"
    percent = f" ({sign}{abs(difference / then):.1%})".replace("%", " %") if then and display.unit != "percent" else ""
    return {"text": text + percent, "direction": direction}


def _spark(course: Frame | None) -> str:
    """The course as an SVG path in a box of SPARK_WIDTH × SPARK_HEIGHT; empty without two points."""
    if course is None or course.row_count < 2:
        return ""
    series = read_series(course)[0]
    points = [(time, value) for time, value in zip(series.times, series.values, strict=True) if value is not None]
    if len(points) < 2:
        return ""
    (first, _), (last, _) = points[0], points[-1]
    low, high = min(value for _, value in points), max(value for _, value in points)
    across, up = SPARK_WIDTH / ((last - first) or 1), (SPARK_HEIGHT - 4) / ((high - low) or 1)
    places = [f"{(time - first) * across:.1f} {SPARK_HEIGHT - 2 - (value - low) * up:.1f}" for time, value in points]
    return "M" + "L".join(places)


PANEL_TYPE = Kpi()
