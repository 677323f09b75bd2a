"""Table: rows by page, sorted and searched in the database."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from dashboards.panels.base import Answer, Ask, BadRequest, PanelType
from dashboards.panels.cells import Format, json_value, page_cell
from dashboards.panels.document import DataSource, Label, Name, PanelDocument, Strict
from datasources.base import CountQuery, Query, Sort, SqlQuery, TableQuery
from datasources.frame import Frame
from datasources.guard import split_kpi_query

EXACT_UP_TO = 10_000


class TableColumn(Strict):
    name: Name
    display: Label = ""
    format: Format = "text"

    @property
    def title(self) -> str:
        return self.display or self.name


class TableSource(DataSource):
    columns: Annotated[list[TableColumn], Field(max_length=100)] = []


class TableDisplay(Strict):
    sortable: bool = True
    default_sort: Name | None = None
    default_sort_order: Literal["asc", "desc"] = "asc"
    pagination: Annotated[int, Field(ge=1, le=500)] = 25
    searchable: bool = True


class TableDocument(PanelDocument):
    type: Literal["table"] = "table"
    data_source: TableSource
    display: TableDisplay = TableDisplay()

    @model_validator(mode="after")
    def columns_fit(self) -> "TableDocument":
        names = [column.name for column in self.data_source.columns]
        if self.data_source.table is not None and not names:
            raise ValueError("a table panel over a table lists its columns")
        if len(set(names)) != len(names):
            raise ValueError("a column stands twice")
        if names and self.display.default_sort is not None and self.display.default_sort not in names:
            raise ValueError("display.default_sort must be one of the columns")
        return self


class Table(PanelType[TableDocument]):
    name = "table"
    label = "Table"
    document = TableDocument

    def queries(self, document: TableDocument, ask: Ask) -> dict[str, Query]:
        rows = _rows_query(document, ask, paged=True)
        return {"rows": rows, "count": CountQuery(of=_rows_query(document, ask, paged=False), exact_up_to=EXACT_UP_TO)}

    def answer(self, document: TableDocument, frames: Mapping[str, Frame], ask: Ask) -> Answer:
        frame, columns = frames["rows"], _columns(document, frames["rows"])
        sort = _sort(document, ask)
        data = {
            "columns": [{"name": column.name, "display": column.title, "format": column.format} for column in columns],
            "rows": [{name: json_value(value) for name, value in zip(frame.names, row, strict=True)} for row in frame.rows()],
            "pagination": _pagination(document, frames["count"], ask),
            "sort": {"column": sort.column if sort else None, "order": "desc" if sort and sort.descending else "asc"},
        }
        return Answer(data=data, notes=_notes(frame), is_empty=not frame.row_count and ask.page == 1)

    def context(self, document: TableDocument, frames: Mapping[str, Frame], ask: Ask) -> dict[str, Any]:
        """`columns` (name, title, kind, sort), `rows` of cells, `pagination`, `search`, `first`, `last`, `is_empty`."""
        frame, columns = frames["rows"], _columns(document, frames["rows"])
        pagination, sort = _pagination(document, frames["count"], ask), _sort(document, ask)
        places = [frame.names.index(column.name) for column in columns]
        rows = [
            [page_cell(row[place], column.format, ask.zone) for place, column in zip(places, columns, strict=True)]
            for row in frame.rows()
        ]
        first = (ask.page - 1) * document.display.pagination + 1
        return {
            "columns": [_heading(column, frame, document, sort) for column in columns],
            "rows": rows,
            "pagination": pagination,
            "previous": ask.page - 1 if ask.page > 1 else None,
            "next": ask.page + 1 if ask.page < pagination["total_pages"] else None,
            "first": first if rows else 0,
            "last": first + len(rows) - 1 if rows else 0,
            "search": ask.search,
            "searchable": document.display.searchable,
            "notes": _notes(frame),
            "is_empty": False,
        }

    def export(self, document: TableDocument, ask: Ask) -> Query:
        return _rows_query(document, ask, paged=False, sorted_=True)

    def export_columns(self, document: TableDocument) -> dict[str, str]:
        """The headings of a CSV, by column."""
        return {column.name: column.title for column in document.data_source.columns}


def _rows_query(document: TableDocument, ask: Ask, *, paged: bool, sorted_: bool = False) -> TableQuery | SqlQuery:
    source, size = document.data_source, document.display.pagination
    sort = _sort(document, ask) if paged or sorted_ else None
    around: dict[str, Any] = {
        "time_range": ask.time_range,
        "variables": {**document.variables, **ask.variables},
        "sort": sort,
        "search": ask.search if document.display.searchable else "",
        "limit": size if paged else None,
        "offset": (ask.page - 1) * size if paged else 0,
    }
    if source.table is None:
        return SqlQuery(text=source.sql or "", **around)
    where, order_by, _ = split_kpi_query(source.query) if isinstance(source.query, str) else (source.where, source.order_by, None)
    columns = {column.name: column.name for column in source.columns}
    return TableQuery(table=source.table, columns=columns, time_column=source.timestamp, where=where, order_by=order_by, **around)


def _sort(document: TableDocument, ask: Ask) -> Sort | None:
    """The viewer's order, else the document's. Raises BadRequest for a column the panel does not have."""
    names = [column.name for column in document.data_source.columns]
    if ask.sort is not None:
        if not document.display.sortable:
            raise BadRequest("This table cannot be sorted.")
        if ask.sort not in names:
            raise BadRequest(f"“{ask.sort}” is not a column of this panel.")
        return Sort(ask.sort, ask.descending)
    if document.display.default_sort is None:
        return None
    return Sort(document.display.default_sort, document.display.default_sort_order == "desc")


def _columns(document: TableDocument, frame: Frame) -> list[TableColumn]:
    """The document's columns, or all that the SQL gives."""
    if document.data_source.columns:
        missing = [column.name for column in document.data_source.columns if column.name not in frame.names]
        if missing:
            raise BadRequest(f"The query gives no column “{missing[0]}”.")
        return document.data_source.columns
    forms: dict[str, Format] = {"number": "number", "time": "datetime", "date": "date", "boolean": "boolean"}
    return [TableColumn(name=column.name, format=forms.get(column.kind, "text")) for column in frame.columns]


def _heading(column: TableColumn, frame: Frame, document: TableDocument, sort: Sort | None) -> dict[str, Any]:
    kind = frame.columns[frame.names.index(column.name)].kind
    is_sorted = sort is not None and sort.column == column.name
    order = ("descending" if sort.descending else "ascending") if is_sorted and sort else "none"
    return {
        "name": column.name,
        "title": column.title,
        "kind": "number" if kind == "number" and column.format not in {"text", "status"} else column.format,
        "sort": order,
        "next_order": "desc" if order == "ascending" else "asc",
        "sortable": document.display.sortable and bool(document.data_source.columns),
    }


def _pagination(document: TableDocument, count: Frame, ask: Ask) -> dict[str, Any]:
    total, is_estimate = next(count.rows())
    size = document.display.pagination
    found = {"current_page": ask.page, "page_size": size, "total_rows": total, "total_pages": math.ceil(total / size)}
    return {**found, "total_is_estimate": True} if is_estimate else found


def _notes(frame: Frame) -> tuple[str, ...]:
    return ("Long cells are cut; the rest of them ends in “…”.",) if frame.truncated_cells else ()


PANEL_TYPE = Table()
