"""What a table asks: a page of rows in an order, or all that its transformations begin with."""

from typing import Any

from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.prom_queries import prom_rows, sorted_by
from dashboards.panels.querying import sql_of, variables_of
from dashboards.panels.table_document import TableDocument
from datasources.base import Sort, SqlQuery, TableQuery
from datasources.compile import with_intervals
from datasources.prom_queries import PromQueries, PromQuery

MOST_TRANSFORMED = 10_000  # rows of a query that transformations begin with


def rows_query(
    document: TableDocument,
    ask: Ask,
    *,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int = 0,
    search: str = "",
) -> TableQuery | SqlQuery | PromQuery | PromQueries:
    """The rows in which some cell contains `search`, at most `limit` of them from the place `offset` on. Raises QueryRefused."""
    source = document.data_source
    variables = variables_of(document, ask)
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


def further_query(document: TableDocument, ask: Ask, sql: str) -> SqlQuery:
    """What a transformation joins to the rows: one more than it begins with, so that it is known where there are more."""
    variables, interval_ms = variables_of(document, ask), ask.interval_ms(document.data_source.least_ms())
    text = with_intervals(sql, variables)
    return SqlQuery(
        text=text, time_range=ask.time_range, variables=variables, interval_ms=interval_ms, limit=MOST_TRANSFORMED + 1
    )


def sort_of(document: TableDocument, ask: Ask) -> Sort | None:
    """The viewer's order, else the document's. Raises BadRequest for a column that is not listed.

    Where none is, the source knows what there is.
    """
    display, names = document.display, [column.name for column in document.data_source.columns]
    if ask.sort is None:
        by_default = display.default_sort
        return Sort(by_default, display.default_sort_order == "desc") if by_default is not None else None
    if not display.sortable:
        raise BadRequest("This table cannot be sorted.")
    if names and ask.sort not in names and not document.transformations:
        raise BadRequest(f"“{ask.sort[:60]}” is not a column of this panel.")
    return Sort(ask.sort, ask.descending)


def search_of(document: TableDocument, ask: Ask) -> str:
    return ask.search if document.display.searchable else ""
