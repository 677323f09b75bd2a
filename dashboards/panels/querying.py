"""The two ways to ask of a document's data source: for rows, answered as a Frame, and for points over time, as a SeriesFrame."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import model_validator

from dashboards.panels.base import Ask
from dashboards.panels.document import QueryDocument
from dashboards.panels.parts import DataSource, Name, Strict
from dashboards.panels.prom_queries import prom_rows, prom_series
from dashboards.panels.settle import Settle, seconds_of
from datasources.base import Aggregate, GroupQuery, Query, SeriesQuery, Sort, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.compile import with_intervals
from datasources.timerange import Bucket
from datasources.values import quoted


class SeriesColumns(Strict):
    """Which of a table's columns are points over time."""

    timestamp: Name
    value: Name
    series_label: Name | None = None


class SeriesSource(DataSource):
    """Points over time. `settle`: how late their rows may come."""

    columns: SeriesColumns | None = None
    settle: Settle | None = None

    @model_validator(mode="after")
    def _only_conditions(self) -> Self:
        if self.query.order_by or self.query.limit is not None:
            raise ValueError("the query of a time series is its conditions: it is ordered by time and limited by its range")
        return self


@dataclass(frozen=True, slots=True)
class RowColumns:
    """Which of a table's columns rows are read from: `groups` and `values` by their names in the answer.

    With an aggregate each group is a row, of each `bucket` where there is one; without, all rows are. `timestamp` is what the
    range is of.
    """

    values: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)
    timestamp: str | None = None
    bucket: Bucket | None = None


def rows_query(
    document: QueryDocument,
    ask: Ask,
    columns: RowColumns | None,
    *,
    limit: int | None = None,
    newest_first: bool = False,
    aggregate: Aggregate | None = None,
) -> Query:
    """The rows: of SQL as it answers them, of a table by its columns, in the document's order where it groups none.

    Of PromQL a row a series, as it is at the range's end. `columns` is None where the document gives no table. At most `limit`
    rows, or what the document says, if that is less. `newest_first` where the document gives no order of its own; `aggregate`
    is the groups' where it says none.
    """
    source, variables = document.data_source, variables_of(document, ask)
    if source.parts:
        return prom_rows(source, ask, variables, limit=limit)
    if source.table is None or columns is None:
        interval_ms = ask.interval_ms(source.least_ms())
        return SqlQuery(
            text=sql_of(source, variables), time_range=ask.time_range, variables=variables, interval_ms=interval_ms, limit=limit
        )
    if (given := source.aggregate or aggregate) is not None:
        facts = _of_table(source, ask, columns, variables)
        groups, values, bucket = columns.groups, columns.values, columns.bucket
        return GroupQuery(**facts, groups=groups, values=values, aggregate=given, bucket=bucket)
    limits = [one for one in (limit, source.query.limit) if one is not None]
    by_time = f"{quoted(columns.timestamp)} DESC" if newest_first and columns.timestamp is not None else ""
    return TableQuery(
        **_of_table(source, ask, columns, variables),
        columns={**columns.groups, **columns.values},
        order_by=source.query.order_by or by_time,
        limit=min(limits, default=None),
    )


def newest_query(document: QueryDocument, ask: Ask, columns: RowColumns | None) -> Query:
    """One row: the aggregate of all rows, or the first in the document's order, or the newest."""
    source = document.data_source
    timestamp = columns.timestamp if columns is not None else None
    if columns is None or timestamp is None or source.aggregate is not None or source.query.order_by:
        return rows_query(document, ask, columns, limit=1)
    facts = _of_table(source, ask, columns, variables_of(document, ask))
    is_dated = f"{quoted(timestamp)} IS NOT NULL"  # NULL is newer than all to PostgreSQL
    facts["where"] = f"({source.query.where or 'TRUE'}\n) AND {is_dated}"
    given = {**columns.groups, **columns.values, "timestamp": timestamp}
    return TableQuery(**facts, columns=given, sort=Sort("timestamp", descending=True), limit=1)


def series_query(
    document: QueryDocument,
    ask: Ask,
    columns: SeriesColumns | None,
    *,
    bucket: Bucket | None,
    settle: Settle | None = None,
    aggregate: Aggregate = "avg",
) -> Query:
    """The points over time: of a table those of each bucket, or all where `bucket` is None; else as the query answers them.

    `aggregate` is the bucket's where the document says none.
    """
    source, variables = document.data_source, variables_of(document, ask)
    if source.parts:
        return prom_series(source, ask, variables)
    if source.table is None or columns is None:
        return SqlSeriesQuery(
            text=sql_of(source, variables),
            time_range=ask.time_range,
            variables=variables,
            interval_ms=ask.interval_ms(source.least_ms()),
            zone=ask.tenant_zone,
            settle_seconds=seconds_of(settle),
        )
    return SeriesQuery(
        table=source.table,
        timestamp=columns.timestamp,
        value=columns.value,
        label=columns.series_label,
        time_range=ask.time_range,
        where=source.query.where,
        aggregate=source.aggregate or aggregate,
        bucket=bucket,
        limit=ask.row_limit,
        variables=variables,
        settle_seconds=seconds_of(settle),
    )


def sql_of(source: DataSource, variables: Mapping[str, Any]) -> str:
    """The document's SQL, with the widths of its buckets where variables give them."""
    return with_intervals(source.sql or "", variables)


def variables_of(document: QueryDocument, ask: Ask) -> dict[str, Any]:
    """The page's values before the document's."""
    return {**document.variables, **ask.variables}


def _of_table(source: DataSource, ask: Ask, columns: RowColumns, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "table": source.table,
        "time_column": columns.timestamp,
        "time_range": ask.time_range,
        "where": source.query.where,
        "variables": variables,
    }
