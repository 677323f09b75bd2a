"""The two ways to ask, from what a document says of its data."""

from typing import Any

import pytest

from dashboards.panels.querying import RowColumns, SeriesColumns, newest_query, rows_query, series_query
from dashboards.tests.panels.frames import ask, document
from datasources.base import GroupQuery, SeriesQuery, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.timerange import Bucket

READ = RowColumns({"value": "cpu"}, {"label": "server"}, timestamp="at")
TIMES = {"timestamp": "at", "value": "cpu"}
SQL = {"sql": "SELECT :a AS value"}


def chart(source: dict[str, Any], **fields: Any) -> Any:
    return document("timeseries", source, **fields)


def of_table(**source: Any) -> Any:
    return chart({"table": "metrics", "columns": TIMES, **source})


def test_rows_of_a_table_are_its_columns_within_the_range() -> None:
    asked = ask(hours=2)
    assert rows_query(of_table(query={"where": "cpu > 1"}), asked, READ, limit=9) == TableQuery(
        table="metrics", columns={"label": "server", "value": "cpu"}, time_column="at", time_range=asked.time_range,
        where="cpu > 1", limit=9,
    )  # fmt: skip


def test_rows_are_grouped_where_the_document_has_an_aggregate() -> None:
    query = rows_query(of_table(aggregate="p95"), ask(hours=2), READ, limit=9)
    assert isinstance(query, GroupQuery)
    assert (query.groups, query.values, query.aggregate) == ({"label": "server"}, {"value": "cpu"}, "p95")


@pytest.mark.parametrize(("given", "asked", "found"), [(5, 9, 5), (9, 5, 5), (None, 9, 9), (0, None, 0), (None, None, None)])
def test_the_smaller_limit_counts(given: int | None, asked: int | None, found: int | None) -> None:
    kpi = document("kpi", {"table": "t", "columns": {"value": "v"}, "query": {} if given is None else {"limit": given}})
    assert rows_query(kpi, ask(), READ, limit=asked).limit == found


def test_one_row_is_the_newest_unless_the_document_orders() -> None:
    newest = newest_query(of_table(), ask(hours=2), READ)
    assert isinstance(newest, TableQuery)
    assert newest.sort is not None
    assert (newest.sort.column, newest.sort.descending, newest.limit) == ("timestamp", True, 1)
    ordered = document("kpi", {"table": "t", "columns": {"value": "v", "timestamp": "at"}, "query": {"order_by": "v"}})
    assert newest_query(ordered, ask(hours=2), READ) == rows_query(ordered, ask(hours=2), READ, limit=1)


def test_points_of_a_table_come_by_bucket() -> None:
    query = series_query(
        of_table(), ask(hours=9), SeriesColumns(timestamp="at", value="cpu"), bucket=Bucket(1, "hour"), settle="10m"
    )
    assert isinstance(query, SeriesQuery)
    assert (query.bucket, query.aggregate, query.settle_seconds) == (Bucket(1, "hour"), "avg", 600.0)


def test_sql_is_asked_as_it_stands() -> None:
    asked, given = ask(hours=2), chart(SQL, variables={"a": 1, "b": 2})
    for query in (rows_query(given, asked, None), newest_query(given, asked, None)):
        assert isinstance(query, SqlQuery)
        assert (query.text, query.time_range) == (SQL["sql"], asked.time_range)
    assert isinstance(series_query(given, asked, None, bucket=None), SqlSeriesQuery)


def test_the_pages_values_come_before_the_documents() -> None:
    given = chart(SQL, variables={"a": 1, "b": 2})
    assert rows_query(given, ask(variables={"a": "7"}), None).variables == {"a": "7", "b": 2}
