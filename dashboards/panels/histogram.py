"""Histogram: how often values of what size occur; values are counted here, or come counted."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, Field, model_validator

from dashboards.panels.axis import Scale, scale_for
from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.bins import binned
from dashboards.panels.bounds import bin_name, differences, lower_bounds, upper_bound
from dashboards.panels.colours import hex_of
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.figures import escaped
from dashboards.panels.interpolation import titled
from dashboards.panels.key import as_table, in_words
from dashboards.panels.labelled import number_columns
from dashboards.panels.marks import threshold_marks, turned
from dashboards.panels.measured import Bounded
from dashboards.panels.parts import Colour, DataSource, Label, Name, Strict
from dashboards.panels.prom_queries import with_buckets
from dashboards.panels.querying import RowColumns, rows_query
from dashboards.panels.thresholds import absolute
from dashboards.panels.units import as_float, grouped
from datasources.base import Query
from datasources.frame import Doubles, Frame, Frames, rows_of

SPOKEN = 6
MOST_UNEVEN = 20  # times as wide as the narrowest bin: those of native histograms grow by a factor from bin to bin


class Columns(Strict):
    """`value`; or, where the table has counts already, `bin`, the lower edge of each, and `count`."""

    value: Name | None = None
    bin: Name | None = None
    count: Name | None = None
    timestamp: Name | None = None

    @model_validator(mode="after")
    def _values_or_bins(self) -> Self:
        if (self.bin is None) != (self.count is None) or (self.value is None) == (self.bin is None):
            raise ValueError("give value, or bin and count")
        return self


class HistogramSource(DataSource):
    columns: Columns | None = None

    by_step: ClassVar[bool] = True

    @model_validator(mode="after")
    def _counts_each(self) -> Self:
        if self.aggregate is not None:
            raise ValueError("a histogram counts values as they are: it has no aggregate")
        return self


class HistogramDisplay(Bounded):
    """Values below `min` and above `max` are not counted. All that is counted is one series: its `name` and `color` are here."""

    bins: Annotated[int | None, Field(ge=1, le=100, description="About so many; without it as many as the values ask for")] = None
    name: Annotated[Label, Field(description="What is counted: requests, orders")] = ""
    color: Colour | None = None


class HistogramDocument(QueryDocument):
    type: Literal["histogram"] = "histogram"
    data_source: HistogramSource
    display: HistogramDisplay = HistogramDisplay()


class AnsweredBin(BaseModel):
    low: Annotated[float | None, Field(description="The lower edge, which is in the bin; null: open.")]
    high: Annotated[float | None, Field(description="The upper edge; null: open.")]
    count: float


class HistogramData(Data):
    bins: list[AnsweredBin]
    count: Annotated[float, Field(description="Of all bins.")]
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Bins between `lows` and `highs`, infinite where they are open."""

    lows: Doubles
    highs: Doubles
    counts: Doubles

    @property
    def is_even(self) -> bool:
        """Whether bins can be drawn as wide as they are: none is open, and none so wide that others could not be seen."""
        widths = self.highs - self.lows
        return bool(np.isfinite(widths).all()) and (not len(widths) or float(widths.max()) <= MOST_UNEVEN * float(widths.min()))


class Histogram(PanelType[HistogramDocument]):
    name: ClassVar[str] = "histogram"
    label: ClassVar[str] = "Histogram"
    document: ClassVar[type[PanelDocument]] = HistogramDocument
    shape: ClassVar[type[Data]] = HistogramData
    is_chart: ClassVar[bool] = True

    def queries(self, document: HistogramDocument, ask: Ask) -> dict[str, Query]:
        return {"rows": self.export(document, ask)}

    def answer(self, document: HistogramDocument, frames: Frames, ask: Ask) -> Answer:
        counted = _counted(rows_of(frames, "rows"), document.display)
        edges = zip(counted.lows.tolist(), counted.highs.tolist(), counted.counts.tolist(), strict=True)
        bins = [{"low": as_float(low), "high": as_float(high), "count": count} for low, high, count in edges]
        data = {"bins": bins, "count": float(counted.counts.sum()), "unit": document.display.unit}
        return Answer(data=data, notes=_notes(frames), is_empty=not bins)

    def context(self, document: HistogramDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`figure`; `summary` in words; `twin`, the chart as a table."""
        display, counted = document.display, _counted(rows_of(frames, "rows"), document.display)
        names = _names(counted, display)
        written = [(name, (grouped(count),)) for name, count in zip(names, counted.counts.tolist(), strict=True)]
        return {
            "figure": _figure(counted, names, display),
            "summary": _summary(counted, names, document, ask),
            "twin": lambda: as_table("Values", (display.name or "count",), written),
            "notes": _notes(frames),
            "is_empty": not len(counted.counts),
        }

    def export(self, document: HistogramDocument, ask: Ask) -> Query:
        """The newest values where there are more than one panel may read."""
        columns = document.data_source.columns
        if columns is None:
            return with_buckets(rows_query(document, ask, None))
        given = {name: column for name in ("value", "bin", "count") if (column := getattr(columns, name))}
        return rows_query(document, ask, RowColumns(given, timestamp=columns.timestamp), newest_first=True)


def _counted(frame: Frame, display: HistogramDisplay) -> Counted:
    """Counted already where there are columns `bin` and `count`, or `le`: the upper bounds of a Prometheus histogram."""
    if {"bin", "count"} <= set(frame.names):
        return _ready(frame)
    if "le" in frame.names:
        return _cumulative(frame)
    (column,) = number_columns(frame, "a histogram", most=1)
    values = np.array([number for cell in frame.column(column.name) if (number := as_float(cell)) is not None])
    bins = binned(values, count=display.bins, low=display.min, high=display.max)
    return Counted(bins.edges[:-1], bins.edges[1:], bins.counts.astype(np.float64))


def _ready(frame: Frame) -> Counted:
    """Each bin goes up to the next one; the last is as wide as the one before it."""
    pairs = zip(map(as_float, frame.column("bin")), map(as_float, frame.column("count")), strict=True)
    sums: dict[float, float] = {}
    for low, count in pairs:
        if low is not None:
            sums[low] = sums.get(low, 0.0) + (count or 0.0)
    lows = np.array(sorted(sums), dtype=np.float64)
    widths = np.diff(lows)
    highs = np.append(lows[1:], lows[-1:] + (widths[-1] if len(widths) else 1.0))
    return Counted(lows, highs, np.array([sums[low] for low in lows.tolist()]))


def _cumulative(frame: Frame) -> Counted:
    (column,) = number_columns(frame, "a histogram", most=1)
    sums: dict[float, float] = {}
    for bound, cell in zip(map(upper_bound, frame.column("le")), frame.column(column.name), strict=True):
        sums[bound] = sums.get(bound, 0.0) + (as_float(cell) or 0.0)
    highs = np.array(sorted(sums), dtype=np.float64)
    counts = differences(np.array([[sums[high]] for high in highs.tolist()]).reshape(len(highs), 1))[:, 0]
    return _without_nothing(Counted(lower_bounds(highs), highs, counts))


def _without_nothing(counted: Counted) -> Counted:
    """Without a first bin that has no beginning and nothing in it."""
    if not len(counted.lows) or np.isfinite(counted.lows[0]) or counted.counts[0] > 0:
        return counted
    return Counted(counted.lows[1:], counted.highs[1:], counted.counts[1:])


def _names(counted: Counted, display: HistogramDisplay) -> list[str]:
    """Each bin as people read it: “10 – 20 ms”."""
    ends = zip(counted.lows.tolist(), counted.highs.tolist(), strict=True)
    return [bin_name(low, high, display.unit, display.decimals) for low, high in ends]


def _figure(counted: Counted, names: list[str], display: HistogramDisplay) -> dict[str, Any]:
    """Bars as wide as their bins; where these are not even, bars of one width, each with its name."""
    trace: dict[str, Any] = {
        "type": "bar",
        "y": counted.counts,
        "name": escaped(display.name),
        "text": [escaped(name) for name in names],
        "textposition": "none",
        "hovertemplate": f"%{{text}}: %{{y:,}} {escaped(display.name)}".rstrip() + "<extra></extra>",
        "meta": {"decimals": 3, **({} if display.color else {"series": 0})},
        **({"marker": {"color": hex_of(display.color)}} if display.color else {}),
    }
    layout: dict[str, Any] = {"yaxis": {"type": "linear", "rangemode": "tozero"}, "hovermode": "closest", "bargap": 0.04}
    if not counted.is_even:
        named = {**trace, "x": [escaped(name) for name in names]}
        return {"data": [named], "layout": {**layout, "xaxis": {"type": "category"}}}
    scale = _scale(counted, display)
    lows, highs = counted.lows / scale.size, counted.highs / scale.size
    placed = {**trace, "x": ((lows + highs) / 2).tolist(), "width": (highs - lows).tolist()}
    axis = {"type": "linear", "tickprefix": escaped(scale.before), "ticksuffix": escaped(scale.after)}
    return {"data": [placed], "layout": {**layout, "xaxis": axis, **_marks(counted, display, scale)}}


def _scale(counted: Counted, display: HistogramDisplay) -> Scale:
    edges = np.abs(np.concatenate([counted.lows, counted.highs]))
    return scale_for(display.unit, float(edges.max()) if len(edges) else 0.0)


def _marks(counted: Counted, display: HistogramDisplay, scale: Scale) -> dict[str, Any]:
    if not len(counted.counts):
        return {}
    low, high = float(counted.lows[0]), float(counted.highs[-1])
    thresholds = absolute(display.thresholds, display.threshold_mode, low, high)
    return turned(threshold_marks(thresholds, scale, lowest=low, highest=high))


def _summary(counted: Counted, names: list[str], document: HistogramDocument, ask: Ask) -> str:
    most = sorted(range(len(names)), key=lambda at: -counted.counts[at])[:SPOKEN]
    what = f" {document.display.name}" if document.display.name else ""
    said = [f"{grouped(float(counted.counts[at]))}{what} in {names[at]}" for at in most]
    return in_words(titled(document.title, ask), "bins", said, len(names))


def _notes(frames: Frames) -> tuple[str, ...]:
    frame = rows_of(frames, "rows")
    return (f"Only {frame.row_count:,} values are counted: there are more.",) if frame.truncated else ()


PANEL_TYPE = Histogram()
