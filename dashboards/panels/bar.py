"""Bars: a number a category, or one of each series a category, beside each other or stacked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from dashboards.panels.bar_figure import draw, said
from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.crosstab import Crosstab, crosstab, rows_alike
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.interpolation import titled
from dashboards.panels.key import as_table, in_words
from dashboards.panels.measured import Bounded
from dashboards.panels.overrides import ONLY_QUERY, PaintedOverride
from dashboards.panels.part_looks import Part, painted, parts_of
from dashboards.panels.parts import Colour, DataSource, Label, Name, Strict
from dashboards.panels.querying import RowColumns, rows_query
from dashboards.panels.units import as_float, format_number
from datasources.base import Query
from datasources.frame import Frames, rows_of

MOST_BARS = 1_000  # of all series: there is no place for more, and they take long to draw
MOST_SERIES = 60
SPOKEN_CATEGORIES, SPOKEN_SERIES = 6, 3


class Columns(Strict):
    category: Name
    value: Name
    series_label: Name | None = None
    timestamp: Name | None = None


class BarSource(DataSource):
    columns: Columns | None = None


class BarDisplay(Bounded):
    """`min` and `max` are the ends of the axis of values. `sort: value` puts the category with the largest sum first."""

    orientation: Literal["vertical", "horizontal"] = "vertical"
    mode: Literal["grouped", "stacked"] = "grouped"
    sort: Literal["none", "category", "value"] = "none"
    limit: Annotated[int, Field(ge=1, le=1_000, description="So many categories, those with the largest sums")] = 100
    colors: Annotated[dict[Label, Colour], Field(max_length=100)] = {}
    overrides: Annotated[list[PaintedOverride], Field(max_length=50)] = []


class BarDocument(QueryDocument):
    type: Literal["bar"] = "bar"
    data_source: BarSource
    display: BarDisplay = BarDisplay()


class BarSeries(BaseModel):
    label: str
    values: list[float | None]


class BarData(Data):
    categories: list[str]
    series: Annotated[list[BarSeries], Field(description="A value a category.")]


class Bar(PanelType[BarDocument]):
    name: ClassVar[str] = "bar"
    label: ClassVar[str] = "Bars"
    document: ClassVar[type[PanelDocument]] = BarDocument
    shape: ClassVar[type[Data]] = BarData
    is_chart: ClassVar[bool] = True

    def queries(self, document: BarDocument, ask: Ask) -> dict[str, Query]:
        return {"rows": self.export(document, ask)}

    def answer(self, document: BarDocument, frames: Frames, ask: Ask) -> Answer:
        found = _arranged(_whole(frames, document, ask), document.display)
        series = [
            {"label": label, "values": [as_float(value) for value in values]}
            for label, values in zip(found.series, found.values.tolist(), strict=True)
        ]
        data = {"categories": found.categories, "series": series}
        return Answer(data=data, notes=_notes(frames, found), is_empty=not found.categories)

    def context(self, document: BarDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`figure`; `key`, a row a series where there are several; `summary` in words; `twin`, the chart as a table."""
        whole, display = _whole(frames, document, ask), document.display
        parts = parts_of([(name, ONLY_QUERY) for name in whole.series], display.overrides, display.colors)
        found, paint = _arranged(_shown(whole, parts), display), painted(parts)
        linked = {part.name: part for part in parts}
        sums = found.values.sum(axis=1, where=found.values == found.values).tolist()
        cells = _cells(frames, document, ask) if any(part.link for part in parts) else {}
        key = []
        for name, total in zip(found.series, sums, strict=True):
            text = str(format_number(total, display.unit, display.decimals))
            key.append(paint.row(name, text, anchor=linked[name].anchor(ask, total, text, cells.get(linked[name].label, {}))))
        return {
            "figure": draw(found, display, paint),
            "key": key if len(key) > 1 or any(row.anchor for row in key) else [],
            "key_heading": "Series",
            "key_columns": ("sum",),
            "summary": _summary(found, document, ask),
            "twin": lambda: as_table("Category", found.series, _written(found, display)),
            "notes": _notes(frames, found),
            "is_empty": not found.categories,
        }

    def export(self, document: BarDocument, ask: Ask) -> Query:
        columns = document.data_source.columns
        if columns is None:
            return rows_query(document, ask, None)
        groups = {"category": columns.category, "series_label": columns.series_label}
        given = {name: column for name, column in groups.items() if column}
        return rows_query(document, ask, RowColumns({"value": columns.value}, given, timestamp=columns.timestamp))


def _whole(frames: Frames, document: BarDocument, ask: Ask) -> Crosstab:
    return crosstab(rows_of(frames, "rows"), "bars", ask.zone, by_label=bool(document.data_source.parts))


def _cells(frames: Frames, document: BarDocument, ask: Ask) -> dict[str, dict[str, Any]]:
    return rows_alike(rows_of(frames, "rows"), ask.zone, by_label=bool(document.data_source.parts))


def _shown(whole: Crosstab, parts: Sequence[Part]) -> Crosstab:
    """Its series that are not hidden, as they are called, in their order."""
    places = {label: at for at, label in enumerate(whole.series)}
    found = whole.of_series([places[part.label] for part in parts])
    return replace(found, series=[part.name for part in parts])


def _arranged(whole: Crosstab, display: BarDisplay) -> Crosstab:
    """In the document's order, and no more than it wants or can be drawn."""
    series = min(MOST_SERIES, len(whole.series))
    found = whole.of_largest(categories=min(display.limit, MOST_BARS // max(1, series)), series=series)
    places = list(range(len(found.categories)))
    if display.sort == "category":
        places.sort(key=lambda at: found.categories[at].lower())
    if display.sort == "value":
        sums = found.sums()
        places.sort(key=lambda at: -sums[at])
    return found.of_categories(places, found.left_out)


def _written(found: Crosstab, display: BarDisplay) -> list[tuple[str, list[str]]]:
    columns = found.values.T.tolist()
    return [
        (category, [said(value, display) for value in values]) for category, values in zip(found.categories, columns, strict=True)
    ]


def _summary(found: Crosstab, document: BarDocument, ask: Ask) -> str:
    """A few categories with the values of a few series; the only series needs no name."""
    few = found.of_categories(range(min(SPOKEN_CATEGORIES, len(found.categories)))).of_series(
        range(min(SPOKEN_SERIES, len(found.series)))
    )
    names = few.series if len(found.series) > 1 else [""]
    spoken = [
        f"{category} {', '.join(f'{name} {value}'.strip() for name, value in zip(names, values, strict=False))}"
        for category, values in _written(few, document.display)
    ]
    return in_words(titled(document.title, ask), "categories", spoken, len(found.categories))


def _notes(frames: Frames, found: Crosstab) -> tuple[str, ...]:
    frame, shown = rows_of(frames, "rows"), len(found.categories)
    notes = (
        (frame.truncated, f"Only the first {frame.row_count:,} rows are counted."),
        (found.left_out, f"The {shown:,} largest of {shown + found.left_out:,} categories are shown."),
    )
    return tuple(note for holds, note in notes if holds)


PANEL_TYPE = Bar()
