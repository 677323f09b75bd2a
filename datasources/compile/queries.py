"""Each kind of query, made a statement for one tenant; and what can be checked of it without one."""

from collections.abc import Sequence
from dataclasses import replace

from datasources import promql, values
from datasources.base import CountQuery, GroupQuery, PromAsked, Query, SeriesQuery, Sort, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.catalogue import catalogue, find_table
from datasources.compile.binding import expand
from datasources.compile.buckets import from_first_bucket
from datasources.compile.grouping import grouping_of
from datasources.compile.groups import groups_sql
from datasources.compile.macros import Expansion
from datasources.compile.parameters import Parameters
from datasources.compile.structured import TableSql, direction, paging, rows_sql, search_condition, series_sql
from datasources.errors import NoSuchOrder, QueryRefused
from datasources.frame import Column
from datasources.guard import check_expression, check_order, check_statically, single_statement
from datasources.origin import placing_errors
from datasources.prom_queries import PromCount, PromOptions, PromQueries, PromQuery, PromSteps
from datasources.statement import Statement
from datasources.timerange import UTC_ZONE, TimeRange
from tenants.database import Database

_AROUND = "SELECT * FROM (\n"


def compile_query(query: Query, database: Database, *, columns: Sequence[Column] = ()) -> Statement:
    """The statement for this database, not yet seen by the guard. Raises QueryRefused.

    SQL that is to be sorted needs the `columns` it answers.
    """
    if isinstance(query, PromAsked):
        raise QueryRefused("This source is asked in SQL, not in PromQL.")
    if isinstance(query, CountQuery):
        return _count(query, database)
    if isinstance(query, SqlSeriesQuery):
        return replace(_sql_of(_from_first_bucket(query, database.time_zone).plain, database), series_zone=query.zone)
    if isinstance(query, SqlQuery):
        return _sql_of(query, database, columns=columns)
    sql = _table_sql(query, database)
    if isinstance(query, TableQuery):
        return Statement(rows_sql(query, sql), tuple(sql.parameters.values))
    if isinstance(query, GroupQuery):
        return Statement(groups_sql(query, sql), tuple(sql.parameters.values))
    return Statement(series_sql(query, sql), tuple(sql.parameters.values), series_zone=UTC_ZONE)


def validate(query: Query, *, statistics: bool = False) -> None:
    """What can be said of a query before it has a tenant, when it is saved. Raises QueryRefused."""
    if isinstance(query, CountQuery | PromCount | PromOptions | PromSteps):
        return
    if isinstance(query, PromQuery | PromQueries):
        for part in query.parts if isinstance(query, PromQueries) else [query]:
            promql.validate(part.text)
        return
    if isinstance(query, SqlSeriesQuery):
        query = query.plain
    if isinstance(query, SqlQuery):
        statement = _sql(query, "UTC", ordered=False)
        with placing_errors(statement.written):
            check_statically(statement.sql, allow_parameters=True, statistics=statistics)
        return
    expansion = Expansion(parameters=Parameters(), time_range=query.time_range, zone="UTC")
    where = expand(query.where, expansion, variables=query.variables).text
    if where.strip():
        check_expression(where, allow_parameters=True)
    if isinstance(query, TableQuery) and query.order_by.strip():
        check_order(query.order_by)


def _table_sql(query: TableQuery | GroupQuery | SeriesQuery, database: Database) -> TableSql:
    return TableSql(find_table(database, query.table), catalogue(database), database.time_zone)


def _from_first_bucket(query: SqlSeriesQuery, zone: str) -> SqlSeriesQuery:
    """SQL that plainly groups by time is asked for its first bucket whole, as a structured query is."""
    grouping = grouping_of(query.text, query.interval_ms)
    if grouping is None:
        return query
    return replace(query, time_range=from_first_bucket(query.time_range, grouping.bucket, zone=zone))


def _sql_of(query: SqlQuery, database: Database, *, columns: Sequence[Column] = (), ordered: bool = True) -> Statement:
    has_time_bucket = catalogue(database).has_time_bucket
    return _sql(query, database.time_zone, columns=columns, ordered=ordered, time_bucket=has_time_bucket)


def _sql(
    query: SqlQuery, zone: str, *, columns: Sequence[Column] = (), ordered: bool = True, time_bucket: bool = False
) -> Statement:
    parameters = Parameters()
    expansion = Expansion(
        parameters=parameters,
        time_range=query.time_range,
        zone=zone,
        interval_ms=query.interval_ms,
        time_bucket=time_bucket,
    )
    written = expand(query.text, expansion, variables=query.variables)
    with placing_errors(written):
        text = single_statement(written.text)
    is_plain = query.sort is None and not query.search and query.limit is None and not query.offset
    if is_plain or (not ordered and not query.search):
        return Statement(text, tuple(parameters.values), written=written)
    written = replace(written, before=len(_AROUND))
    text = f"{_AROUND}{text}\n) AS q"
    if query.search:
        text += f"\nWHERE {search_condition(['q'], _as_in_a_row(query.search), parameters)}"
    if ordered:
        text += _order(query.sort, columns) + paging(query.limit, query.offset, parameters)
    return Statement(text, tuple(parameters.values), written=written)


def _as_in_a_row(text: str) -> str:
    """PostgreSQL doubles these signs where it writes a row as a text."""
    return text.replace("\\", "\\\\").replace('"', '""')


def _order(sort: Sort | None, columns: Sequence[Column]) -> str:
    """By the column's name, or by its place where that name may stand twice in what the SQL answers."""
    if sort is None:
        return ""
    place = next((place for place, column in enumerate(columns, start=1) if column.name == sort.column), None)
    if place is None:
        raise NoSuchOrder(f"“{sort.column[:60]}” is not a column of this panel.")
    if not columns[place - 1].has_order:
        raise NoSuchOrder(f"“{sort.column[:60]}” has no order to sort by.")
    names = [column.name for column in columns]
    by = f"q.{values.quoted(sort.column)}" if values.is_own(sort.column, names) else place
    return f"\nORDER BY {by} {direction(sort)}"


def _count(query: CountQuery, database: Database) -> Statement:
    """Count up to the limit and one more: a huge table is never counted whole."""
    inner = rows_to_count(query.of, database)
    text = f"SELECT count(*) AS total FROM (\nSELECT 1 FROM (\n{inner.sql}\n) AS q LIMIT {query.exact_up_to + 1}\n) AS counted"
    return Statement(text, inner.parameters)


def count_all(query: Query, database: Database) -> Statement:
    """How many rows a query has, all of them: one row, `total`."""
    if isinstance(query, TableQuery | SqlQuery):
        inner, most = rows_to_count(query, database), query.limit
    else:
        inner, most = compile_query(query, database), None
    bound = "" if most is None else f" LIMIT {most:d}"
    text = f"SELECT count(*) AS total FROM (\nSELECT 1 FROM (\n{inner.sql}\n) AS q{bound}\n) AS counted"
    return Statement(text, inner.parameters)


def rows_to_count(query: TableQuery | SqlQuery, database: Database) -> Statement:
    """The rows without order and page."""
    if isinstance(query, SqlQuery):
        return _sql_of(query, database, ordered=False)
    sql = _table_sql(query, database)
    return Statement(rows_sql(query, sql, ordered=False), tuple(sql.parameters.values))


def is_whole_table(query: TableQuery | SqlQuery) -> bool:
    """Whether nothing filters the rows, so that PostgreSQL's own estimate of the table's size is the answer."""
    if isinstance(query, SqlQuery) or query.where.strip() or query.search:
        return False
    return query.time_column is None or query.time_range == TimeRange()
