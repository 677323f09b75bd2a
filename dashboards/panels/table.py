"""Table: rows by page, sorted and searched in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from dashboards.panels.base import Answer, Ask, BadRequest, Data, PanelType, WrongShape
from dashboards.panels.cells import Format, Shape, page_cell
from dashboards.panels.document import PanelDocument, QueryDocument
from dashboards.panels.pages import Pages
from dashboards.panels.parts import DataSource, Decimals, Label, Name, Strict, Unit
from dashboards.panels.prom_queries import prom_rows, sorted_by
from dashboards.panels.querying import sql_of, variables_of
from dashboards.panels.values import csv_cell, json_value
from datasources.base import CountQuery, PromCount, PromQueries, PromQuery, Query, Sort, SqlQuery, TableQuery
from datasources.frame import Column, Frame, Frames, rows_of
from datasources.timerange import UTC_ZONE

_FORMATS: dict[str, Format] = {"number": "number", "time": "datetime", "date": "date", "boolean": "boolean"}


class TableColumn(Strict):
    """`unit` and `decimals` are for numbers: a duration is in ms unless its unit says otherwise."""

    name: Name
    display: Label = ""
    format: Format = "text"
    unit: Unit = ""
    decimals: Decimals | None = None

    @property
    def title(self) -> str:
        return self.display or self.name

    @property
    def shape(self) -> Shape:
        return Shape(self.format, self.unit, self.decimals)


class TableSource(DataSource):
    columns: Annotated[list[TableColumn], Field(max_length=100)] = []

    @field_validator("columns", mode="after")
    @classmethod
    def _each_once(cls, columns: list[TableColumn]) -> list[TableColumn]:
        names = [column.name for column in columns]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"“{twice}” stands twice")
        return columns


class TableDisplay(Strict):
    sortable: bool = True
    searchable: bool = True
    default_sort: Name | None = None
    default_sort_order: Literal["asc", "desc"] = "asc"
    pagination: Annotated[int, Field(ge=1, le=500)] = 25


class TableDocument(QueryDocument):
    type: Literal["table"] = "table"
    data_source: TableSource
    display: TableDisplay = TableDisplay()

    @model_validator(mode="after")
    def _sorted_by_a_column(self) -> Self:
        names = [column.name for column in self.data_source.columns]
        if self.display.default_sort is not None and self.display.default_sort not in names:
            raise ValueError(f"display.default_sort must be one of the columns: {', '.join(names) or 'none is listed'}")
        return self


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

    def queries(self, document: TableDocument, ask: Ask) -> dict[str, Query]:
        size, most = document.display.pagination, document.data_source.query.limit
        offset = (ask.page - 1) * size
        limit = size if most is None else max(0, min(size, most - offset))
        rows = _rows_query(document, ask, sort=_sort(document, ask), limit=limit, offset=offset)
        counted = _rows_query(document, ask)
        if isinstance(counted, PromQuery | PromQueries):
            return {"rows": rows, "count": PromCount(of=counted)}
        return {"rows": rows, "count": CountQuery(of=counted)}

    def answer(self, document: TableDocument, frames: Frames, ask: Ask) -> Answer:
        frame, sort = rows_of(frames, "rows"), _sort(document, ask)
        columns = _columns(document, frame)
        values = [[json_value(value) for value in frame.column(column.name)] for column in columns]
        names = [column.name for column in columns]
        data = {
            "columns": [{"name": column.name, "display": column.title, "format": column.format} for column in columns],
            "rows": [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)],
            "pagination": _pages(document, frames, ask).contract(),
            "sort": {"column": sort.column if sort else None, "order": "desc" if sort and sort.descending else "asc"},
        }
        return Answer(data=data, notes=_notes(frame), is_empty=not frame.row_count)

    def context(self, document: TableDocument, frames: Frames, ask: Ask) -> dict[str, Any]:
        """`columns` (name, title, kind, sortable, sort, next_order), `rows` of Cells, `pages`, `search`, `searchable`."""
        frame, sort = rows_of(frames, "rows"), _sort(document, ask)
        columns = _columns(document, frame)
        written = [[page_cell(value, column.shape, ask.zone) for value in frame.column(column.name)] for column in columns]
        kinds = {column.name: column for column in frame.columns}
        return {
            "columns": [_heading(column, kinds[column.name], document, sort) for column in columns],
            "rows": list(zip(*written, strict=True)),
            "pages": _pages(document, frames, ask),
            "search": ask.search,
            "searchable": document.display.searchable,
            "notes": _notes(frame),
            "is_empty": False,
        }

    def export(self, document: TableDocument, ask: Ask) -> Query:
        return _rows_query(document, ask, sort=_sort(document, ask), limit=document.data_source.query.limit)

    def csv_heading(self, document: TableDocument, frame: Frame) -> list[str]:
        return [csv_cell(column.title, UTC_ZONE) for column in _columns(document, frame)]

    def csv_columns(self, document: TableDocument, frame: Frame) -> Sequence[str]:
        return [column.name for column in _columns(document, frame)]


def _rows_query(
    document: TableDocument, ask: Ask, *, sort: Sort | None = None, limit: int | None = None, offset: int = 0
) -> TableQuery | SqlQuery | PromQuery | PromQueries:
    source = document.data_source
    variables, search = variables_of(document, ask), ask.search if document.display.searchable else ""
    if source.parts:
        asked = prom_rows(source, ask, variables, names_rows=False)
        return sorted_by(asked, sort=sort, search=search, limit=limit, offset=offset)
    around: dict[str, Any] = {
        "time_range": ask.time_range,
        "variables": variables,
        "search": search,
        "sort": sort,
        "limit": limit,
        "offset": offset,
    }
    if source.table is None:
        return SqlQuery(text=sql_of(source, variables), interval_ms=ask.interval_ms(source.least_ms()), **around)
    return TableQuery(
        table=source.table,
        columns={column.name: column.name for column in source.columns},
        time_column=source.timestamp,
        where=source.query.where,
        order_by=source.query.order_by,
        **around,
    )


def _sort(document: TableDocument, ask: Ask) -> Sort | None:
    """The viewer's order, else the document's. Raises BadRequest for a column that is not listed.

    Where none is, the source knows what there is.
    """
    display, names = document.display, [column.name for column in document.data_source.columns]
    if ask.sort is None:
        by_default = display.default_sort
        return Sort(by_default, display.default_sort_order == "desc") if by_default is not None else None
    if not display.sortable:
        raise BadRequest("This table cannot be sorted.")
    if names and ask.sort not in names:
        raise BadRequest(f"“{ask.sort[:60]}” is not a column of this panel.")
    return Sort(ask.sort, ask.descending)


def _columns(document: TableDocument, frame: Frame) -> Sequence[TableColumn]:
    """The document's columns, or all that the SQL gives. Raises WrongShape for one that it does not give."""
    named = document.data_source.columns
    if not named:
        return [TableColumn.model_construct(name=one.name, format=_FORMATS.get(one.kind, "text")) for one in frame.columns]
    missing = next((column.name for column in named if column.name not in frame.names), None)
    if missing is not None:
        raise WrongShape(f"The query gives no column “{missing}”.")
    return named


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
        "sortable": document.display.sortable and given.has_order,
        "sort": order,
        "next_order": "desc" if order == "ascending" else "asc",
    }


def _notes(frame: Frame) -> tuple[str, ...]:
    return ("Long cells are cut; they end in “…”.",) if frame.truncated_cells else ()


PANEL_TYPE = Table()
