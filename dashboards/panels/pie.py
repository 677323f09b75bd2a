"""Pie: what share of a whole each label has; a donut has the whole in its middle."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.figures import escaped
from dashboards.panels.interpolation import titled
from dashboards.panels.key import Paint, as_table, in_words
from dashboards.panels.labelled import Labelled, cells_alike, labelled
from dashboards.panels.overrides import ONLY_QUERY, SliceOverride
from dashboards.panels.part_looks import Part, painted, parts_of
from dashboards.panels.parts import Colour, DataSource, Display, Label, Name, Strict
from dashboards.panels.querying import RowColumns, rows_query
from dashboards.panels.units import format_number
from datasources.base import Query
from datasources.frame import Frames, rows_of

HOLE = 0.62  # of the radius
SPOKEN = 6
OTHER = "other"


class Columns(Strict):
    label: Name
    value: Name
    timestamp: Name | None = None


class PieSource(DataSource):
    columns: Columns | None = None


class PieDisplay(Display):
    """Beyond `limit` the smallest slices are one, “other”."""

    style: Literal["pie", "donut"] = "pie"
    limit: Annotated[int, Field(ge=2, le=30)] = 8
    colors: Annotated[dict[Label, Colour], Field(max_length=100)] = {}
    overrides: Annotated[list[SliceOverride], Field(max_length=50)] = []


class PieDocument(QueryDocument):
    type: Literal["pie"] = "pie"
    data_source: PieSource
    display: PieDisplay = PieDisplay()


class AnsweredSlice(BaseModel):
    label: str
    value: float
    share: Annotated[float, Field(description="Of the total, from 0 to 1.")]


class PieData(Data):
    slices: Annotated[list[AnsweredSlice], Field(description="The largest first.")]
    total: float
    unit: str
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Whole:
    """Slices above nought, the largest first; `dropped` rows have no such value."""

    slices: list[tuple[str, float]]
    dropped: int = 0

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.slices]

    @property
    def total(self) -> float:
        return _added(value for _, value in self.slices)

    def share(self, value: float) -> float:
        return value / self.total


class Pie(PanelType[PieDocument]):
    name: ClassVar[str] = "pie"
    label: ClassVar[str] = "Pie"
    document: ClassVar[type[PanelDocument]] = PieDocument
    shape: ClassVar[type[Data]] = PieData
    is_chart: ClassVar[bool] = True

    def queries(self, document: PieDocument, ask: Ask) -> dict[str, Query]:
        return {"rows": self.export(document, ask)}

    def answer(self, document: PieDocument, frames: Frames, ask: Ask) -> Answer:
        rows = _rows(frames, ask)
        whole = _whole(rows, [Part(label, label, query=query) for label, query in _labels(rows)], document.display.limit)
        slices = [{"label": label, "value": value, "share": whole.share(value)} for label, value in whole.slices]
        data = {"slices": slices, "total": whole.total, "unit": document.display.unit, "decimals": document.display.decimals}
        return Answer(data=data, notes=_notes(frames, whole), is_empty=not slices)

    def context(self, document: PieDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`figure`; `key`, a row a slice with its value and share; `summary` in words; `twin`, the chart as a table."""
        rows, display = _rows(frames, ask), document.display
        parts = parts_of(_labels(rows), display.overrides, display.colors)
        whole = _whole(rows, parts, display.limit)
        named = {
            part.name: part for part in [*parts_of([(name, ONLY_QUERY) for name in whole.names], (), display.colors), *parts]
        }
        paint = painted([named[name] for name in whole.names])
        cells = _cells(frames, rows, parts)
        anchors = {
            name: named[name].anchor(ask, value, _number(value, display), cells.get(name, {})) for name, value in whole.slices
        }
        written = [(label, (_number(value, display), _percent(whole.share(value)))) for label, value in whole.slices]
        said = [f"{label} {value} ({share})" for label, (value, share) in written[:SPOKEN]]
        return {
            "figure": _figure(whole, display, paint),
            "key": [paint.row(label, *numbers, anchor=anchors[label]) for label, numbers in written],
            "key_heading": "Slice",
            "key_columns": ("value", "share"),
            "summary": in_words(titled(document.title, ask), "slices", said, len(written)),
            "twin": lambda: as_table("Slice", ("value", "share"), written),
            "notes": _notes(frames, whole),
            "is_empty": not whole.slices,
        }

    def export(self, document: PieDocument, ask: Ask) -> Query:
        columns = document.data_source.columns
        if columns is None:
            return rows_query(document, ask, None)
        read = RowColumns({"value": columns.value}, {"label": columns.label}, timestamp=columns.timestamp)
        return rows_query(document, ask, read)


def _rows(frames: Frames, ask: Ask) -> list[Labelled]:
    return labelled(rows_of(frames, "rows"), "a pie", ask.zone)


def _cells(frames: Frames, rows: Sequence[Labelled], parts: Sequence[Part]) -> Mapping[str, Mapping[str, Any]]:
    """What the rows of each slice say alike, by the slice's name; looked for where a link may want it."""
    if not any(part.link for part in parts):
        return {}
    names = {part.origin: part.name for part in parts}
    return cells_alike(rows_of(frames, "rows"), (names.get((row.label, row.query), "") for row in rows))


def _labels(rows: Iterable[Labelled]) -> list[tuple[str, str]]:
    """Each label with the letter of its query."""
    return list(dict.fromkeys((row.label, row.query) for row in rows))


def _whole(rows: Sequence[Labelled], parts: Sequence[Part], limit: int) -> Whole:
    """Values of one name are added; beyond the limit the smallest together are “other”. A label that is no part is hidden."""
    shown = {part.origin: part for part in parts}
    sums: dict[str, float] = {}
    for row in rows:
        part = shown.get((row.label, row.query))
        if part is not None and (value := _positive(row)) is not None:
            name = part.name
            sums[name] = _added((sums.get(name, 0.0), value))
    slices = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    rest = slices[limit - 1 :] if len(slices) > limit else []
    orders = {part.name: part.order for part in parts}
    slices = sorted(slices[: len(slices) - len(rest)], key=lambda one: orders[one[0]])
    if rest:
        slices.append((_name_of_rest(slices), _added(value for _, value in rest)))
    return Whole(slices, dropped=sum((row.label, row.query) in shown and _positive(row) is None for row in rows))


def _added(values: Iterable[float]) -> float:
    """The sum; of the largest doubles, which have none, the largest."""
    return min(sum(values), sys.float_info.max)


def _positive(row: Labelled) -> float | None:
    number = row.number
    return number if number is not None and number > 0 else None


def _name_of_rest(slices: Sequence[tuple[str, float]]) -> str:
    return OTHER if all(label != OTHER for label, _ in slices) else f"{OTHER} labels"


def _figure(whole: Whole, display: PieDisplay, painted: Paint) -> dict[str, Any]:
    """The texts are written here: the browser's would have another number of decimals."""
    labels = [label for label, _ in whole.slices]
    shares = [whole.share(value) for _, value in whole.slices]
    trace = {
        "type": "pie",
        "labels": [escaped(label) for label in labels],
        "values": [value for _, value in whole.slices],
        "text": [f"{escaped(label)} {_percent(share)}" for label, share in zip(labels, shares, strict=True)],
        "customdata": [escaped(_number(value, display)) for _, value in whole.slices],
        "textinfo": "text",
        "textposition": "inside",  # beside narrow pies it would be cut, and lie on its neighbours'
        "insidetextorientation": "horizontal",
        "hovertemplate": "%{text}: %{customdata}<extra></extra>",
        "direction": "clockwise",
        "sort": False,
        "hole": HOLE if display.style == "donut" else 0,
        "meta": {
            "places": [painted.places[label] for label in labels],
            "colours": [painted.color(label) for label in labels],
            "shares": [_percent(share) for share in shares],
        },
    }
    layout: dict[str, Any] = {"hovermode": "closest"}
    if display.style == "donut" and labels:
        middle = {"text": escaped(_number(whole.total, display)), "showarrow": False, "font": {"size": 20}}
        layout["annotations"] = [{**middle, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}]
    return {"data": [trace], "layout": layout}


def _number(value: float, display: PieDisplay) -> str:
    return str(format_number(value, display.unit, display.decimals))


def _percent(share: float) -> str:
    return str(format_number(share * 100, "percent", 1 if share < 0.995 else 0))


def _notes(frames: Frames, whole: Whole) -> tuple[str, ...]:
    frame = rows_of(frames, "rows")
    notes = (
        (frame.truncated, f"Only the first {frame.row_count:,} rows are counted."),
        (whole.dropped, f"{whole.dropped:,} of {frame.row_count:,} rows have no value above nought, and no slice."),
    )
    return tuple(note for holds, note in notes if holds)


PANEL_TYPE = Pie()
