"""Time series: lines, areas, bars or points over time, one series a label."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from dashboards.panels import figures
from dashboards.panels.base import Answer, Ask, PanelType
from dashboards.panels.cells import page_cell
from dashboards.panels.document import DataSource, Display, Name, PanelDocument, Strict, Threshold
from dashboards.panels.series import Series, read_series, thinned, with_gaps
from dashboards.panels.units import format_number
from datasources.base import Query, SeriesQuery, SqlQuery, TableQuery
from datasources.frame import Frame
from datasources.timerange import Bucket, TimeRange

MOST_SERIES = 60
MOST_POINTS = 15_000
TWIN_ROWS = 200


class Columns(Strict):
    timestamp: Name
    value: Name
    series_label: Name | None = None


class SeriesSource(DataSource):
    columns: Columns | None = None


class SeriesDisplay(Display):
    style: Literal["lines", "bars", "points"] = "lines"
    fill_area: bool = False
    stacked: bool = False
    y_min: Annotated[float, Field(allow_inf_nan=False)] | None = None
    y_max: Annotated[float, Field(allow_inf_nan=False)] | None = None
    thresholds: Annotated[list[Threshold], Field(max_length=10)] = []


class TimeseriesDocument(PanelDocument):
    type: Literal["timeseries"] = "timeseries"
    data_source: SeriesSource
    display: SeriesDisplay = SeriesDisplay()


class Timeseries(PanelType[TimeseriesDocument]):
    name = "timeseries"
    label = "Time series"
    document = TimeseriesDocument

    def queries(self, document: TimeseriesDocument, ask: Ask) -> dict[str, Query]:
        return {"series": _query(document, ask, bucket=_bucket(document, ask))}

    def answer(self, document: TimeseriesDocument, frames: Mapping[str, Frame], ask: Ask) -> Answer:
        series = read_series(frames["series"])
        data = {
            "series": [
                {
                    "label": one.label,
                    "timestamps": [datetime.fromtimestamp(time, UTC).isoformat() for time in one.times],
                    "values": one.values,
                }
                for one in series
            ]
        }
        return Answer(
            data=data,
            aggregation_info=_aggregation_info(document, ask),
            notes=_notes(series, frames["series"]),
            is_empty=not series,
        )

    def context(self, document: TimeseriesDocument, frames: Mapping[str, Frame], ask: Ask) -> dict[str, Any]:
        """`figure`, `legend` rows, a `summary` in words, the `twin` table, `notes`, `is_empty`."""
        found = read_series(frames["series"])
        shown, display = found[:MOST_SERIES], document.display
        bucket = _bucket(document, ask)
        step = float(bucket.seconds) if bucket else None
        most = max(200, MOST_POINTS // max(1, len(shown)))
        drawn = [with_gaps(thinned(one, most), step) for one in shown]
        kinds: dict[str, Any] = {"style": display.style, "fill": display.fill_area, "stacked": display.stacked}
        return {
            "figure": {
                "data": [figures.trace(one, number, zone=ask.zone, **kinds) for number, one in enumerate(drawn)],
                "layout": figures.layout(
                    time_range=_ends(ask.time_range),
                    zone=ask.zone,
                    y_range=(display.y_min, display.y_max),
                    unit=display.unit,
                    thresholds=display.thresholds,
                    stacked=display.stacked,
                ),
            },
            "legend": [_legend_row(one, number, display) for number, one in enumerate(shown)],
            "summary": _summary(document.title, shown, display),
            "twin": _twin(shown, ask, display),
            "notes": _notes(found, frames["series"]),
            "is_empty": not found,
        }

    def export(self, document: TimeseriesDocument, ask: Ask) -> Query:
        return _query(document, ask, bucket=_bucket(document, ask))

    def points(self, document: TimeseriesDocument, ask: Ask, *, at: datetime, label: str | None) -> Query | None:
        """The rows behind a point: of its bucket, and of its series if it has a label. None without a table."""
        source = document.data_source
        if source.columns is None or source.table is None or not document.drill_down.enabled:
            return None
        bucket = _bucket(document, ask)
        width = timedelta(seconds=bucket.seconds if bucket else 60)
        columns = {name: name for name in (source.columns.timestamp, source.columns.series_label, source.columns.value) if name}
        where, variables = source.where, dict(document.variables)
        if label is not None and source.columns.series_label:
            quoted = '"' + source.columns.series_label.replace('"', '""') + '"'
            where = f"({where or 'TRUE'}) AND {quoted}::text = :point_label"
            variables["point_label"] = label
        return TableQuery(
            table=source.table,
            columns=columns,
            time_column=source.columns.timestamp,
            time_range=TimeRange(at, at + width) if bucket else TimeRange(at - width, at + width),
            where=where,
            order_by='"' + source.columns.timestamp.replace('"', '""') + '"',
            limit=500,
            variables=variables,
        )


def _query(document: TimeseriesDocument, ask: Ask, *, bucket: Bucket | None) -> Query:
    source, variables = document.data_source, {**document.variables, **ask.variables}
    if source.columns is None or source.table is None:
        return SqlQuery(text=source.sql or "", time_range=ask.time_range, variables=variables)
    return SeriesQuery(
        table=source.table,
        timestamp=source.columns.timestamp,
        value=source.columns.value,
        label=source.columns.series_label,
        time_range=ask.time_range,
        where=source.where,
        aggregate=source.aggregate or "avg",
        bucket=bucket,
        limit=ask.row_limit,
        variables=variables,
    )


def _bucket(document: TimeseriesDocument, ask: Ask) -> Bucket | None:
    """SQL buckets by itself; a structured query by the contract's table, unless the viewer wants it raw."""
    if document.data_source.table is None or ask.disable_aggregation:
        return None
    return ask.time_range.bucket()


def _aggregation_info(document: TimeseriesDocument, ask: Ask) -> dict[str, Any] | None:
    if not ask.time_range.is_closed or document.data_source.table is None:
        return None
    if ask.disable_aggregation:
        return {"applied": False, "reason": "disable_aggregation flag"}
    bucket = ask.time_range.bucket()
    if bucket is None:
        return {"applied": False, "reason": "range too small"}
    return {"applied": True, "bucket_interval": bucket.label}


def _notes(series: list[Series], frame: Frame) -> tuple[str, ...]:
    notes = []
    if frame.truncated:
        notes.append(f"Only the first {frame.row_count:,} rows are shown.")
    if len(series) > MOST_SERIES:
        notes.append(f"{MOST_SERIES} of {len(series)} series are shown.")
    if sum(len(one.times) for one in series) > MOST_POINTS:
        notes.append("Points are thinned out; peaks are kept.")
    return tuple(notes)


def _ends(time_range: TimeRange) -> tuple[float | None, float | None]:
    start, stop = time_range.start, time_range.stop
    return (start.timestamp() if start else None, stop.timestamp() if stop else None)


def _legend_row(series: Series, number: int, display: SeriesDisplay) -> dict[str, Any]:
    values = [value for value in series.values if value is not None]
    figures_of = {"min": min(values), "mean": sum(values) / len(values), "last": values[-1], "max": max(values)} if values else {}
    row: dict[str, Any] = {
        "label": series.label,
        "name": figures.escaped(series.label),
        "number": number % len(figures.PALETTE),
    }
    for name in ("min", "mean", "last", "max"):
        row[name] = str(format_number(figures_of.get(name), display.unit, display.decimals))
    return row


def _summary(title: str, series: list[Series], display: SeriesDisplay) -> str:
    """The chart in a sentence or two, for people who hear it."""
    if not series:
        return f"{title}: no data."
    said = [
        f"{one.label}: last {format_number(values[-1], display.unit, display.decimals)}"
        for one in series[:8]
        if (values := [value for value in one.values if value is not None])
    ]
    more = f", and {len(series) - 8} more" if len(series) > 8 else ""
    return f"{title}, {len(series)} series. {'; '.join(said)}{more}."


def _twin(series: list[Series], ask: Ask, display: SeriesDisplay) -> dict[str, Any]:
    """The chart as a table: the newest moments, a column a series."""
    shown = series[:12]
    moments = sorted({time for one in shown for time in one.times[-TWIN_ROWS:]}, reverse=True)[:TWIN_ROWS]
    by_time = [dict(zip(one.times[-TWIN_ROWS * 2 :], one.values[-TWIN_ROWS * 2 :], strict=True)) for one in shown]
    rows = [
        {
            "time": page_cell(datetime.fromtimestamp(moment, UTC), "datetime", ask.zone).text,
            "values": [str(format_number(known.get(moment), display.unit, display.decimals)) for known in by_time],
        }
        for moment in moments
    ]
    return {"labels": [one.label for one in shown], "rows": rows}


PANEL_TYPE = Timeseries()
