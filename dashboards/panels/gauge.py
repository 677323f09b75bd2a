"""Gauge: where numbers stand between two ends, one dial a label. The server draws it: no script is needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from dashboards.panels.anchors import Origin, href_of
from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.dial import Band, arc, bands, needle, share
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.interpolation import titled
from dashboards.panels.labelled import Labelled, labelled, row_at
from dashboards.panels.links import Link
from dashboards.panels.mappings import Mapped, mapped
from dashboards.panels.measured import Bounded
from dashboards.panels.overrides import DialOverride, changes
from dashboards.panels.parts import DataSource, Name, Strict, Threshold
from dashboards.panels.querying import RowColumns, newest_query, rows_query
from dashboards.panels.thresholds import Level, absolute, coloured, level_of
from dashboards.panels.units import format_number
from datasources.base import Query
from datasources.frame import Frame, Frames, rows_of

MOST_GAUGES = 60
PERCENT = frozenset({"percent", "%"})
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


class Columns(Strict):
    value: Name
    label: Name | None = None
    timestamp: Name | None = None


class GaugeSource(DataSource):
    columns: Columns | None = None


class GaugeDisplay(Bounded):
    """Without `min` the dial begins at 0, or at the least value below; without `max` it ends at a round number above all.

    `link`: where each dial's label leads; without a label its title does.
    """

    style: Literal["arc", "needle"] = "arc"
    link: Link | None = None
    overrides: Annotated[list[DialOverride], Field(max_length=50)] = []


class GaugeDocument(QueryDocument):
    type: Literal["gauge"] = "gauge"
    data_source: GaugeSource
    display: GaugeDisplay = GaugeDisplay()


class AnsweredGauge(BaseModel):
    label: str
    value: float | None
    threshold_status: str
    threshold_color: Annotated[str, Field(examples=["#10B981"])]


class GaugeData(Data):
    gauges: list[AnsweredGauge]
    min: Annotated[float, Field(description="Where the dials begin.")]
    max: float
    unit: str
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Ends:
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One gauge as it is drawn. `status` is empty where nothing says how good the value is; `path` where there is no value."""

    label: str
    number: str
    unit: str
    status: str
    color: str
    shape: str
    path: str
    said: str
    called: str = ""
    href: str = ""
    new_tab: bool = False


class Gauge(PanelType[GaugeDocument]):
    name: ClassVar[str] = "gauge"
    label: ClassVar[str] = "Gauge"
    document: ClassVar[type[PanelDocument]] = GaugeDocument
    shape: ClassVar[type[Data]] = GaugeData

    def queries(self, document: GaugeDocument, ask: Ask) -> dict[str, Query]:
        return {"rows": self.export(document, ask)}

    def answer(self, document: GaugeDocument, frames: Frames, ask: Ask) -> Answer:
        rows, display = _rows(frames, ask), document.display
        ends = _ends(rows, display)
        gauges = []
        for row in rows:
            level, _ = _level(row, display, ends)
            facts = {"threshold_status": level.status, "threshold_color": level.colour}
            gauges.append({"label": row.label, "value": row.exact_enough, **facts})
        data = {"gauges": gauges, "min": ends.low, "max": ends.high, "unit": display.unit, "decimals": display.decimals}
        return Answer(data=data, notes=_notes(frames), is_empty=not gauges)

    def context(self, document: GaugeDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`dials`; `low` and `high` as written; `track`, the whole arc; `bands` of thresholds; `style`."""
        display = document.display
        shown = _shown(_rows(frames, ask), display)
        ends = _ends([row for row, _, _ in shown], display)
        thresholds = _thresholds(display, ends)
        low, high = (str(format_number(end, display.unit, None)) for end in (ends.low, ends.high))
        return {
            "dials": [
                _linked(
                    _dial(name, row, own, ends, f"on a scale from {low} to {high}"), row, own.link, ask, rows_of(frames, "rows")
                )
                for row, name, own in shown
            ],
            "low": low,
            "high": high,
            "track": arc(0, 1),
            "bands": _bands(thresholds, ends),
            "style": display.style,
            "notes": _notes(frames),
            "is_empty": not shown,
        }

    def export(self, document: GaugeDocument, ask: Ask) -> Query:
        """Of a table with a label its rows, or one a label where they are grouped; without a label the newest row."""
        columns = document.data_source.columns
        if columns is None:
            return rows_query(document, ask, None)
        groups = {"label": columns.label} if columns.label else {}
        read = RowColumns({"value": columns.value}, groups, timestamp=columns.timestamp)
        return rows_query(document, ask, read) if groups else newest_query(document, ask, read)


def _rows(frames: Frames, ask: Ask) -> list[Labelled]:
    return labelled(rows_of(frames, "rows"), "a gauge", ask.zone)[:MOST_GAUGES]


def _shown(rows: Sequence[Labelled], display: GaugeDisplay) -> list[tuple[Labelled, str, GaugeDisplay]]:
    """The rows that are not hidden, in their order, each with its name and the display as overrides change it."""
    found = []
    for row in rows:
        changed = changes(display.overrides, row.label, row.query)
        name, order = changed.pop("name", row.label), changed.pop("order", 0)
        if not changed.pop("hidden", False):
            found.append((order, (row, name, display.model_copy(update=changed) if changed else display)))
    return [one for _, one in sorted(found, key=lambda one: one[0])]


def _ends(rows: Sequence[Labelled], display: GaugeDisplay) -> Ends:
    """All dials of a panel have the same ends, so that they can be compared."""
    numbers = [row.number for row in rows if row.number is not None]
    marks = [one.value for one in display.thresholds] if display.threshold_mode == "absolute" else []
    low = display.min if display.min is not None else min([0.0, *numbers])
    if display.max is not None:
        return Ends(min(low, display.max - 1) if low >= display.max else low, display.max)
    if display.unit in PERCENT:
        return Ends(low, max(100.0, low + 1))
    return Ends(low, max(low + 1, _round_above(max([0.0, *numbers, *marks]))))


def _round_above(value: float) -> float:
    """The next of 1, 2, 2.5, 5 and 10 times a power of ten; nought has 1."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _ROUND if step * power >= value * (1 - 1e-9))


def _thresholds(display: GaugeDisplay, ends: Ends) -> Sequence[Threshold]:
    return absolute(display.thresholds, display.threshold_mode, ends.low, ends.high)


def _bands(thresholds: Sequence[Threshold], ends: Ends) -> list[Band]:
    return bands(thresholds, ends.low, ends.high)


def _level(row: Labelled, display: GaugeDisplay, ends: Ends) -> tuple[Level, Mapped | None]:
    called = mapped(display.mappings, row.value) if display.mappings else None
    return coloured(level_of(row.number, _thresholds(display, ends)), called), called


def _dial(name: str, row: Labelled, display: GaugeDisplay, ends: Ends, scale: str) -> Dial:
    level, called = _level(row, display, ends)
    shown = format_number(row.value, display.unit, display.decimals)
    text = called.text if called is not None else None
    number, unit = (shown.number, shown.unit) if text is None else (text, "")
    if row.value is None and text is None:
        number = "No value"
    status = level.status if display.thresholds and row.value is not None else ""
    at = share(row.number, ends.low, ends.high) if row.number is not None else None
    said = ", ".join(filter(None, (f"{name}: {number} {unit}".removeprefix(": ").strip(), status, scale)))
    return Dial(
        label=name,
        number=number,
        unit=unit,
        status=status,
        color=level.colour,
        shape=level.shape,
        path="" if at is None else needle(at) if display.style == "needle" else arc(0, at) if at else "",
        said=said,
    )


def _linked(dial: Dial, row: Labelled, link: Link | None, ask: Ask, frame: Frame) -> Dial:
    if link is None:
        return dial
    text = f"{dial.number} {dial.unit}".strip()
    cells = row_at(frame, row.at)
    fields = {**cells, "label": row.label, "value": row.value}
    href = href_of(link, ask, Origin(fields, row.value, text, series=row.label, labels=cells))
    return replace(dial, called=dial.label or titled(link.title, ask) or "More", href=href, new_tab=link.new_tab)


def _notes(frames: Frames) -> tuple[str, ...]:
    count = rows_of(frames, "rows").row_count
    return (f"The first {MOST_GAUGES} of {count:,} are shown.",) if count > MOST_GAUGES else ()


PANEL_TYPE = Gauge()
