"""Heatmap: values over time as colours, a row a label or a row a range of values."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from dashboards.panels.axis import scale_for
from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.cell_grid import Cells, bucket_for, cells_of
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.figures import escaped, x_axis
from dashboards.panels.heat_rows import between, counts
from dashboards.panels.interpolation import titled
from dashboards.panels.key import as_table, in_words, shortened
from dashboards.panels.measured import Bounded
from dashboards.panels.moments import clock_change, iso, wall_clock
from dashboards.panels.overrides import RowOverride, overridden
from dashboards.panels.prom_queries import with_buckets
from dashboards.panels.querying import SeriesSource, series_query
from dashboards.panels.units import as_float, format_number
from datasources.base import Query
from datasources.frame import Frames, series_of
from datasources.timerange import Bucket

MOST_ROWS = 100
MOST_LABELS = 12  # beside the axis
USUAL_BINS = 20
SPOKEN = 6


class HeatmapDisplay(Bounded):
    """`rows`: `labels` colours each label's values; `values` counts the values of each range of values; `le` reads the labels
    as upper bounds of a Prometheus histogram, whose buckets count all below them. `min` and `max` are the ends of the colours.
    `overrides` are of the rows of `labels`: of ranges of values there are none, and a colour and a unit are of all rows.
    """

    rows: Literal["labels", "values", "le"] = "labels"
    bins: Annotated[int, Field(ge=2, le=100, description="About so many ranges of values")] = USUAL_BINS
    scale: Literal["linear", "log"] = "linear"
    overrides: Annotated[
        list[RowOverride], Field(max_length=50, description="Of rows of labels; ranges of values and buckets have none")
    ] = []

    @model_validator(mode="after")
    def _overrides_of_labels(self) -> Self:
        if self.overrides and self.rows != "labels":
            raise ValueError(f"overrides are for rows of labels: with rows “{self.rows}” there are none")
        return self


class HeatmapDocument(QueryDocument):
    type: Literal["heatmap"] = "heatmap"
    data_source: SeriesSource
    display: HeatmapDisplay = HeatmapDisplay()


class AnsweredRow(BaseModel):
    label: str
    values: list[float | None]


class HeatmapData(Data):
    timestamps: Annotated[list[str], Field(description="Where each column begins.")]
    rows: Annotated[list[AnsweredRow], Field(description="From the bottom up.")]


class Heatmap(PanelType[HeatmapDocument]):
    name: ClassVar[str] = "heatmap"
    label: ClassVar[str] = "Heatmap"
    document: ClassVar[type[PanelDocument]] = HeatmapDocument
    shape: ClassVar[type[Data]] = HeatmapData
    is_chart: ClassVar[bool] = True
    has_time_axis: ClassVar[bool] = True

    def queries(self, document: HeatmapDocument, ask: Ask) -> dict[str, Query]:
        return {"series": self.export(document, ask)}

    def answer(self, document: HeatmapDocument, frames: Frames, ask: Ask) -> Answer:
        cells = _cells(frames, document, ask, as_in_the_data=True)
        starts = (cells.start + cells.step * np.arange(cells.values.shape[1])).tolist()
        rows = [
            {"label": label, "values": [as_float(value) for value in values]}
            for label, values in zip(cells.labels, cells.values.tolist(), strict=True)
        ]
        data = {"timestamps": list(map(iso, starts)), "rows": rows}
        return Answer(data=data, notes=_notes(frames, cells, ask), is_empty=not rows)

    def context(self, document: HeatmapDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`figure`; `low` and `high`, the ends of the colours as written; `summary` in words; `twin`, the newest cells."""
        cells, display = _cells(frames, document, ask), document.display
        low, high = _ends(cells, display)
        return {
            "figure": _figure(cells, document, ask),
            "low": str(format_number(low, _unit(display), display.decimals)),
            "high": str(format_number(high, _unit(display), display.decimals)),
            "summary": _summary(cells, document, ask),
            "twin": lambda: _twin(cells, display),
            "notes": _notes(frames, cells, ask),
            "is_empty": not cells.labels,
        }

    def export(self, document: HeatmapDocument, ask: Ask) -> Query:
        source = document.data_source
        query = series_query(document, ask, source.columns, bucket=_bucket(document, ask), settle=source.settle)
        return with_buckets(query) if document.display.rows == "le" else query


def _bucket(document: HeatmapDocument, ask: Ask) -> Bucket | None:
    """SQL groups by itself. Values are counted as they are, and columns are made of them here."""
    is_grouped = document.data_source.table is not None and document.display.rows != "values"
    return bucket_for(ask.time_range, ask.max_points) if is_grouped else None


def _cells(frames: Frames, document: HeatmapDocument, ask: Ask, *, as_in_the_data: bool = False) -> Cells:
    """`as_in_the_data`: without overrides, which are for eyes."""
    series, display = series_of(frames, "series").series, document.display
    if display.overrides and not as_in_the_data:
        series = tuple(replace(one, label=name) for one, name, _ in overridden(series, display.overrides))
    if display.rows == "values":
        return counts(series, bucket_for(ask.time_range, ask.max_points), bins=display.bins, unit=display.unit)
    cells = cells_of(series, _bucket(document, ask))
    if display.rows == "le":
        return between(cells, display.unit)
    return Cells(cells.labels[:MOST_ROWS], cells.start, cells.step, cells.values[:MOST_ROWS])


def _unit(display: HeatmapDisplay) -> str:
    """The unit is of values; what is counted has none."""
    return display.unit if display.rows == "labels" else ""


def _ends(cells: Cells, display: HeatmapDisplay) -> tuple[float, float]:
    known = cells.values[~np.isnan(cells.values)]
    least, greatest = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    low = display.min if display.min is not None else least if display.rows == "labels" else 0.0
    return low, display.max if display.max is not None else greatest


def _figure(cells: Cells, document: HeatmapDocument, ask: Ask) -> dict[str, Any]:
    """A trace a row. static/js/heat.js paints them as cells, and keeps the lines for the pointer to find."""
    display = document.display
    low, high = _ends(cells, display)
    scale = scale_for(_unit(display), max(abs(low), abs(high)))
    names, traces = shortened(cells.labels), []
    for name, values in zip(names, cells.values, strict=True):
        drawn, decimals = scale.drawn(values, display.decimals)
        value = f"{escaped(scale.before)}%{{customdata:,.4~r}}{escaped(scale.after)}"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x0": wall_clock(cells.start, ask.zone),
                "dx": round(cells.step * 1_000),
                "y": drawn,
                "hovertemplate": f"%{{x}}<br>{name}: {value}<extra></extra>",
                "meta": {"decimals": decimals},
            }
        )
    heat = {"low": scale.one(low), "high": scale.one(high), "log": display.scale == "log"}
    every = -(-len(names) // MOST_LABELS)
    rows = {"type": "linear", "range": [-0.5, len(names) - 0.5], "tickvals": list(range(0, len(names), every or 1)),
            "ticktext": names[:: every or 1], "showgrid": False}  # fmt: skip
    axis = {**x_axis(ask.time_range, ask.zone), "showspikes": False}
    layout = {"xaxis": axis, "yaxis": rows, "hovermode": "closest", "hoverdistance": -1, "meta": {"heat": heat}}
    return {"data": traces, "layout": layout}


def _summary(cells: Cells, document: HeatmapDocument, ask: Ask) -> str:
    said = []
    for label, values in list(zip(cells.labels, cells.values, strict=True))[:SPOKEN]:
        known = values[~np.isnan(values)]
        ends = [_written(float(end), document.display) for end in (known.min(), known.max())] if len(known) else []
        said.append(f"{label} between {ends[0]} and {ends[1]}" if ends else f"{label} without values")
    return in_words(titled(document.title, ask), "rows", said, len(cells.labels))


def _twin(cells: Cells, display: HeatmapDisplay) -> dict[str, Any]:
    rows = []
    for label, values in zip(cells.labels, cells.values, strict=True):
        known = values[~np.isnan(values)]
        facts = [float(known.min()), float(known.mean()), float(known.max()), float(known[-1])] if len(known) else [None] * 4
        rows.append((label, [_written(fact, display) for fact in facts]))
    return as_table("Row", ("least", "mean", "greatest", "last"), rows)


def _written(value: float | None, display: HeatmapDisplay) -> str:
    return str(format_number(value, _unit(display), display.decimals))


def _notes(frames: Frames, cells: Cells, ask: Ask) -> tuple[str, ...]:
    frame = series_of(frames, "series")
    change = clock_change(cells.start, cells.stop, ask.zone) if cells.labels else None
    said = (
        (frame.truncated, f"Only the first {frame.row_count:,} rows are counted."),
        (len(cells.labels) < len(frame.series) and len(cells.labels) == MOST_ROWS,
         f"The first {MOST_ROWS} of {len(frame.series):,} rows are shown."),
        (frame.lost, f"{frame.lost:,} rows have no time that a chart can show."),
        (change, f"The clocks change on {change:%-d %B %Y}." if change else ""),
    )  # fmt: skip
    return tuple(note for holds, note in said if holds)


PANEL_TYPE = Heatmap()
