"""Table: rows by page, sorted and searched in the database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from dashboards.panels.arranged import found_and_sorted, page_of
from dashboards.panels.base import Answer, Ask, Data, PanelType
from dashboards.panels.cell_looks import dressed, leading, reach_of
from dashboards.panels.cells import Cell, page_cell
from dashboards.panels.columns import TableColumn, columns_of
from dashboards.panels.document import PanelDocument
from dashboards.panels.pages import Pages
from dashboards.panels.table_document import TableDocument
from dashboards.panels.table_queries import MOST_TRANSFORMED, further_query, rows_query, search_of, sort_of
from dashboards.panels.values import csv_cell, json_value
from datasources.base import CountQuery, Query, Sort
from datasources.frame import Column, Frame, Frames, rows_of
from datasources.prom_queries import PromCount, PromQueries, PromQuery
from datasources.timerange import UTC_ZONE


class AnsweredColumn(BaseModel):
    name: str
    display: str
    format: str | None


class Pagination(BaseModel):
    current_page: int
    page_size: int
    total_rows: int
    total_pages: int
    total_is_estimate: Annotated[bool, Field(description="There where the total is not exact.")] = False


class Sorting(BaseModel):
    column: str | None
    order: Literal["asc", "desc"]


class TableData(Data):
    columns: list[AnsweredColumn]
    rows: list[dict[str, Any]]
    pagination: Pagination
    sort: Sorting


class Table(PanelType[TableDocument]):
    name: ClassVar[str] = "table"
    label: ClassVar[str] = "Table"
    document: ClassVar[type[PanelDocument]] = TableDocument
    shape: ClassVar[type[Data]] = TableData
    untransformed: ClassVar[frozenset[str]] = frozenset({"count"})
    joins: ClassVar[bool] = True
    is_paged: ClassVar[bool] = True

    def queries(self, document: TableDocument, ask: Ask) -> dict[str, Query]:
        """A page of rows, and how many there are; with transformations all rows: these decide what a page has."""
        size, most = document.display.pagination, document.data_source.query.limit
        if document.transformations:
            limit = min(MOST_TRANSFORMED + 1 if most is None else most, MOST_TRANSFORMED + 1)
            further = {name: further_query(document, ask, sql) for name, sql in document.data_source.further.items()}
            return {"rows": rows_query(document, ask, limit=limit), **further}
        offset = (ask.page - 1) * size
        limit = size if most is None else max(0, min(size, most - offset))
        search = search_of(document, ask)
        rows = rows_query(document, ask, sort=sort_of(document, ask), limit=limit, offset=offset, search=search)
        counted = rows_query(document, ask, search=search)
        if isinstance(counted, PromQuery | PromQueries):
            return {"rows": rows, "count": PromCount(of=counted)}
        return {"rows": rows, "count": CountQuery(of=counted)}

    def transformed(self, document: PanelDocument, frames: Frames) -> Frames:
        if not isinstance(document, TableDocument) or not document.transformations:
            return frames
        return super().transformed(document, {name: _cut(rows_of(frames, name)) for name in frames})

    def answer(self, document: TableDocument, frames: Frames, ask: Ask) -> Answer:
        shown = _shown(document, frames, ask)
        sort, columns = sort_of(document, ask), _columns(document, shown.page)
        values = [[json_value(value) for value in shown.page.column(column.name)] for column in columns]
        names = [column.name for column in columns]
        data = {
            "columns": [{"name": column.name, "display": column.title, "format": column.format} for column in columns],
            "rows": [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)],
            "pagination": shown.pages.contract(),
            "sort": {"column": sort.column if sort else None, "order": "desc" if sort and sort.descending else "asc"},
        }
        return Answer(data=data, notes=_notes(document, shown.page), is_empty=not shown.page.row_count)

    def context(self, document: TableDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`columns` (name, title, kind, sortable, sort, next_order), `rows` of Cells, `pages`, `search`, `searchable`."""
        shown, sort = _shown(document, frames, ask), sort_of(document, ask)
        columns = _columns(document, shown.page)
        kinds = {column.name: column for column in shown.page.columns}
        return {
            "columns": [_heading(column, kinds[column.name], document, sort) for column in columns],
            "rows": list(zip(*(_written(column, shown, ask) for column in columns), strict=True)),
            "pages": shown.pages,
            "search": ask.search,
            "searchable": document.display.searchable,
            "notes": _notes(document, shown.page),
            "is_empty": False,
        }

    def export(self, document: TableDocument, ask: Ask) -> Query:
        """The rows as the database gives them, before all transformations."""
        most = document.data_source.query.limit
        if document.transformations:
            return rows_query(document, ask, limit=most)
        return rows_query(document, ask, sort=sort_of(document, ask), limit=most, search=search_of(document, ask))

    def csv_heading(self, document: TableDocument, frame: Frame) -> list[str]:
        return [csv_cell(column.title, UTC_ZONE) for column in _columns(document, frame)]

    def csv_columns(self, document: TableDocument, frame: Frame) -> Sequence[str]:
        return [column.name for column in _columns(document, frame)]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The page's rows, and all there are of them here: those of the page, unless they were transformed."""

    page: Frame
    whole: Frame
    pages: Pages


def _shown(document: TableDocument, frames: Frames, ask: Ask) -> _Shown:
    """Raises BadRequest, for an order there is not."""
    if not document.transformations:
        page = rows_of(frames, "rows")
        return _Shown(page, page, _pages(document, frames, ask))
    size = document.display.pagination
    found = found_and_sorted(rows_of(frames, "rows"), ask, sort_of(document, ask), search=search_of(document, ask))
    page = page_of(found, ask.page, size)
    return _Shown(page, found, Pages.of(found.row_count, False, page=ask.page, size=size, shown=page.row_count))


def _written(column: TableColumn, shown: _Shown, ask: Ask) -> list[Cell]:
    """A column's cells on the page."""
    values = shown.page.column(column.name)
    cells = [page_cell(value, column.shape, ask.zone) for value in values]
    if column.is_plain:
        return cells
    reach = reach_of(column, shown.whole.column(column.name))
    cells = [dressed(cell, value, column, reach) for cell, value in zip(cells, values, strict=True)]
    if column.link is None:
        return cells
    rows = (dict(zip(shown.page.names, row, strict=True)) for row in shown.page.rows())
    return [leading(cell, value, column, row, ask) for cell, value, row in zip(cells, values, rows, strict=True)]


def _cut(frame: Frame) -> Frame:
    if frame.row_count <= MOST_TRANSFORMED:
        return frame
    return replace(frame, values=tuple(values[:MOST_TRANSFORMED] for values in frame.values), truncated=True)


def _columns(document: TableDocument, frame: Frame) -> Sequence[TableColumn]:
    """Raises WrongShape for one that the query does not give."""
    is_transformed = bool(document.transformations)
    return columns_of(document.data_source.columns, document.display.overrides, frame, is_transformed=is_transformed)


def _pages(document: TableDocument, frames: Frames, ask: Ask) -> Pages:
    total, is_estimate = next(rows_of(frames, "count").rows())
    most = document.data_source.query.limit
    if most is not None and total >= most:
        total, is_estimate = most, False
    return Pages.of(total, is_estimate, page=ask.page, size=document.display.pagination, shown=rows_of(frames, "rows").row_count)


def _heading(column: TableColumn, given: Column, document: TableDocument, sort: Sort | None) -> dict[str, Any]:
    """`sort` is the value of aria-sort."""
    is_sorted = sort is not None and sort.column == column.name
    order = ("descending" if sort.descending else "ascending") if sort is not None and is_sorted else "none"
    is_number = given.kind == "number" and column.format not in {"text", "status", "link", "datetime", "date", "boolean"}
    return {
        "name": column.name,
        "title": column.title,
        "kind": "number" if is_number or column.format in {"number", "bytes", "percent", "duration"} else column.format,
        "sortable": document.display.sortable and given.has_order and column.cell != "sparkline",
        "sort": order,
        "next_order": "desc" if order == "ascending" else "asc",
    }


def _notes(document: TableDocument, frame: Frame) -> tuple[str, ...]:
    is_cut = bool(document.transformations) and frame.truncated
    said = (
        (frame.truncated_cells, "Long cells are cut; they end in “…”."),
        (is_cut, f"Only the first {MOST_TRANSFORMED:,} rows of the query are taken."),
    )
    return tuple(note for holds, note in said if holds)


PANEL_TYPE = Table()
