"""Time series: lines, areas, bars or points over time, one series a label."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, Field, FiniteFloat, model_validator

from dashboards.panels import figures
from dashboards.panels.anchors import anchors
from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.drill_down import range_behind, rows_behind
from dashboards.panels.figures import Look
from dashboards.panels.legend import legend, summary, twin
from dashboards.panels.links import Link
from dashboards.panels.looks import Looks, SeriesLook, looks_of
from dashboards.panels.measured import Measured
from dashboards.panels.moments import clock_change, iso
from dashboards.panels.overrides import SeriesOverride, Style
from dashboards.panels.parts import Colour, Label
from dashboards.panels.querying import SeriesSource, series_query, sql_of, variables_of
from dashboards.panels.reducers import Reducer
from dashboards.panels.tails import hold, read_held, tail
from datasources.base import Query
from datasources.compile.time_groups import groups_in
from datasources.frame import Frames, Series, SeriesFrame, series_of
from datasources.timerange import Bucket, bucket_of

MOST_SERIES = 60


class SeriesDisplay(Measured):
    """`legend`: the columns beside each series' name. `link`: where each series leads, if its override says nothing else."""

    style: Style = "lines"
    fill_area: bool = False
    stacked: Annotated[bool, Field(description="Each series stands upon the one before it")] = False
    y_min: Annotated[FiniteFloat | None, Field(description="Where the axis begins")] = None
    y_max: Annotated[FiniteFloat | None, Field(description="Where it ends")] = None
    colors: Annotated[dict[Label, Colour], Field(max_length=100)] = {}
    overrides: Annotated[list[SeriesOverride], Field(max_length=50)] = []
    link: Link | None = None
    legend: Annotated[list[Reducer], Field(max_length=8)] = ["min", "mean", "last", "max"]

    @model_validator(mode="after")
    def _low_below_high(self) -> Self:
        if self.y_min is not None and self.y_max is not None and self.y_min >= self.y_max:
            raise ValueError("y_min must be less than y_max")
        return self


class TimeseriesDocument(QueryDocument):
    type: Literal["timeseries"] = "timeseries"
    data_source: SeriesSource
    display: SeriesDisplay = SeriesDisplay()


class Line(BaseModel):
    label: str
    timestamps: list[str]
    values: list[float | None]


class TimeseriesData(Data):
    series: list[Line]


class Timeseries(PanelType[TimeseriesDocument]):
    name: ClassVar[str] = "timeseries"
    label: ClassVar[str] = "Time series"
    document: ClassVar[type[PanelDocument]] = TimeseriesDocument
    shape: ClassVar[type[Data]] = TimeseriesData
    is_chart: ClassVar[bool] = True
    has_time_axis: ClassVar[bool] = True

    def queries(self, document: TimeseriesDocument, ask: Ask) -> dict[str, Query]:
        return {"series": _query(document, ask)}

    def answer(self, document: TimeseriesDocument, frames: Frames, ask: Ask) -> Answer:
        frame = series_of(frames, "series")
        data = [
            {
                "label": one.label,
                "timestamps": list(map(iso, one.times.tolist())),
                "values": [None if math.isnan(value) else value for value in one.values.tolist()],
            }
            for one in frame.series
        ]
        return Answer(
            data={"series": data},
            aggregation_info=_aggregation_info(document, ask, frame),
            notes=_notes(frame, ask),
            is_empty=not frame.series,
        )

    def context(self, document: TimeseriesDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`figure`; `legend`, its rows, and `columns`, the names of their numbers; `summary` in words.

        `twin` is the chart as a table, made only where a template asks for it: 2,000 numbers cost 8 ms. `raw` says whether
        raw points are shown, `can_be_raw` whether they may be asked for. `held` is what a page has of the figure then.
        """
        frame, display = series_of(frames, "series"), document.display
        shown, looks = looks_of(
            _with_its_column(frame.series, document.data_source),
            _usual(display),
            colours=display.colors,
            overrides=display.overrides,
        )
        shown = _most_important(shown)
        rows = legend(shown, looks, display.legend, ask)
        figure, notes = figures.draw(shown, _look(document, ask, looks, frame.step), ask.time_range), _notes(frame, ask)
        return {
            "figure": figure,
            "held": hold(figure, beside=(notes, [row.beside for row in rows], anchors(document.links, ask))),
            "legend": rows,
            "columns": display.legend,
            "summary": summary(document.title, rows),
            "twin": partial(twin, shown, looks, ask.zone),
            "raw": ask.disable_aggregation,
            "can_be_raw": document.drill_down.enabled
            and document.drill_down.disable_aggregation
            and _would_bucket(document, ask),
            "notes": notes,
            "is_empty": not frame.series,
        }

    def tail(self, context: Mapping[str, Any], held: str) -> dict[str, Any] | None:
        now, shown = context["held"], read_held(held)
        sent = tail(context["figure"], now, shown) if now is not None and shown is not None else None
        if sent is None:
            return None
        return {**sent, "legend": [row.numbers for row in context["legend"]], "summary": context["summary"]}

    def export(self, document: TimeseriesDocument, ask: Ask) -> Query:
        return _query(document, ask)

    def points(self, document: TimeseriesDocument, ask: Ask, *, at: datetime, label: str | None) -> Query | None:
        """The rows behind a point: of its bucket, and of its series if it has a label. None where they are not offered."""
        source, offered = document.data_source, document.drill_down
        if source.table is None or source.columns is None or not (offered.enabled and offered.show_table):
            return None
        return rows_behind(
            table=source.table,
            **source.columns.model_dump(),
            label=label,
            where=source.query.where,
            time_range=range_behind(at, _bucket(document, ask), zone=ask.tenant_zone, within=ask.time_range),
            variables=variables_of(document, ask),
        )


def _query(document: TimeseriesDocument, ask: Ask) -> Query:
    source = document.data_source
    return series_query(document, ask, source.columns, bucket=_bucket(document, ask), settle=source.settle)


def _bucket(document: TimeseriesDocument, ask: Ask) -> Bucket | None:
    """SQL buckets by itself; a structured query by the contract's table, unless the viewer wants it raw."""
    if document.data_source.table is None or ask.disable_aggregation:
        return None
    return ask.time_range.bucket()


def _would_bucket(document: TimeseriesDocument, ask: Ask) -> bool:
    return document.data_source.table is not None and ask.time_range.bucket() is not None


def _aggregation_info(document: TimeseriesDocument, ask: Ask, frame: SeriesFrame) -> dict[str, Any] | None:
    """CONTRACT.md's. Of SQL it is known where it groups by `$__timeGroup`; of PromQL its step is."""
    if not ask.time_range.is_closed:
        return None
    source = document.data_source
    if source.parts:
        return {"applied": True, "bucket_interval": bucket_of(frame.step).label} if frame.step else None
    if source.sql is not None:
        groups = groups_in(sql_of(source, variables_of(document, ask)), ask.interval_ms(source.least_ms()))
        return {"applied": True, "bucket_interval": groups[0].bucket.label} if groups else None
    if ask.disable_aggregation:
        return {"applied": False, "reason": "disable_aggregation flag"}
    bucket = ask.time_range.bucket()
    if bucket is None:
        return {"applied": False, "reason": "range too small"}
    return {"applied": True, "bucket_interval": bucket.label}


def _usual(display: SeriesDisplay) -> SeriesLook:
    """How series look of which nothing else is said."""
    style = "area" if display.fill_area and display.style == "lines" else display.style
    return SeriesLook(
        name="", unit=display.unit, decimals=display.decimals, style=style, mappings=display.mappings, link=display.link
    )


def _look(document: TimeseriesDocument, ask: Ask, looks: Looks, step: float | None) -> Look:
    display, bucket = document.display, _bucket(document, ask)
    return Look(
        series=looks,
        stacked=display.stacked,
        low=display.y_min,
        high=display.y_max,
        thresholds=display.thresholds,
        threshold_mode=display.threshold_mode,
        zone=ask.zone,
        step=float(bucket.seconds) if bucket is not None else step,
    )


def _with_its_column(found: Sequence[Series], source: SeriesSource) -> Sequence[Series]:
    """Of a table the answer calls the column of labels `label`: its own name is known too, for links."""
    column = source.columns.series_label if source.columns is not None else None
    if column is None or column == "label":
        return found
    return [replace(one, labels={**one.labels, column: one.labels["label"]}) if "label" in one.labels else one for one in found]


def _most_important(shown: Sequence[Series]) -> Sequence[Series]:
    """At most MOST_SERIES, those with the largest mean, in the order they have."""
    if len(shown) <= MOST_SERIES:
        return shown
    means = {one.label: float(np.abs(known).mean()) if len(known := one.known()) else 0.0 for one in shown}
    largest = set(sorted(means, key=means.__getitem__, reverse=True)[:MOST_SERIES])
    return [one for one in shown if one.label in largest]


def _notes(frame: SeriesFrame, ask: Ask) -> tuple[str, ...]:
    found = frame.series
    points = sum(len(one.times) for one in found)
    ends = [(float(one.times[0]), float(one.times[-1])) for one in found]
    change = clock_change(min(ends)[0], max(end for _, end in ends), ask.zone) if ends else None
    said = (
        (frame.truncated, f"Only the first {frame.row_count:,} rows are shown."),
        (len(found) > MOST_SERIES, f"The {MOST_SERIES} largest of {len(found):,} series are shown."),
        (points > figures.MOST_POINTS, "There are more points than can be drawn: of each stretch, its lowest and highest are."),
        (frame.lost, f"{frame.lost:,} rows have no time that a chart can show."),
        (change, f"The clocks change on {change:%-d %B %Y}." if change else ""),
    )
    return (*frame.notes, *(note for holds, note in said if holds))


PANEL_TYPE = Timeseries()
