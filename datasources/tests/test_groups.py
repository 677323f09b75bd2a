"""Groups of a table's rows, against a real tenant database."""

from datetime import UTC, datetime, timedelta

import pytest

from datasources.base import GroupQuery
from datasources.compile import validate
from datasources.errors import QueryRefused
from datasources.postgres import PostgresSource
from datasources.timerange import Bucket, TimeRange

START = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight in Berlin, whose clocks change that night
TWO_DAYS = TimeRange(START, START + timedelta(days=2))
SALES = """
DROP TABLE IF EXISTS sales;
CREATE TABLE sales (at timestamptz NOT NULL, "group" text, country text, amount float8);
INSERT INTO sales
SELECT timestamptz '2026-03-28 23:00Z' + n * interval '1 hour', CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN 'b' ELSE 'a' END,
       CASE WHEN n < 24 THEN 'de' ELSE 'fr' END, n
FROM generate_series(0, 47) AS n;
"""


@pytest.fixture
def source(acme, acme_database, admin_sql):
    admin_sql(acme_database, SALES)
    acme.time_zone = "Europe/Berlin"
    return PostgresSource(acme)


def asked(source, **facts):
    query = GroupQuery(table="sales", **facts)
    validate(query)
    return source.run({"groups": query})["groups"]


def test_a_group_is_a_row_in_the_order_of_the_groups(source):
    found = asked(source, groups={"category": "group"}, values={"n": "amount", "total": "amount"}, aggregate="sum")
    assert found.names == ["category", "n", "total"]
    assert list(found.rows()) == [("a", 392.0, 392.0), ("b", 376.0, 376.0), (None, 360.0, 360.0)]


def test_two_columns_together_are_a_group(source):
    found = asked(
        source, groups={"country": "country", "category": "group"}, values={"n": "amount"}, aggregate="count", where="amount > 40"
    )
    assert list(found.rows()) == [("fr", "a", 3), ("fr", "b", 2), ("fr", None, 2)]


def test_without_groups_the_whole_is_one(source):
    assert list(asked(source, groups={}, values={"value": "amount"}, aggregate="max").rows()) == [(47.0,)]


def test_the_range_and_variables_count(source):
    facts = {"groups": {"c": "country"}, "values": {"n": "amount"}, "aggregate": "count", "time_column": "at"}
    range_of_a_day = TimeRange(START, START + timedelta(hours=30))
    found = asked(source, **facts, time_range=range_of_a_day, where="amount >= :least", variables={"least": 20})
    assert list(found.rows()) == [("de", 4), ("fr", 6)]


def test_a_bucket_is_a_day_of_the_tenant(source):
    """The Sunday on which clocks are put forward has 23 hours."""
    found = asked(
        source,
        groups={},
        values={"n": "amount"},
        aggregate="count",
        time_column="at",
        time_range=TWO_DAYS,
        bucket=Bucket(1, "day"),
    )
    assert found.names == ["time", "n"]
    assert list(found.rows()) == [
        (START, 23),
        (START + timedelta(hours=23), 24),
        (START + timedelta(hours=47), 1),
    ]


def test_the_last_text_of_a_bucket_is_that_of_its_newest_row(source):
    found = asked(
        source, groups={}, values={"c": "country"}, aggregate="last", time_column="at",
        time_range=TWO_DAYS, bucket=Bucket(12, "hour"),
    )  # fmt: skip
    assert list(found.column("c"))[1:3] == ["de", "fr"]


@pytest.mark.parametrize("facts", [{"aggregate": "last"}, {"aggregate": "avg", "bucket": Bucket(1, "hour")}])
def test_what_needs_a_time_is_refused_without(source, facts):
    with pytest.raises(QueryRefused, match="timestamp column"):
        asked(source, groups={}, values={"n": "amount"}, **facts)


def test_an_unknown_column_is_lacking(source):
    with pytest.raises(QueryRefused) as refused:
        asked(source, groups={"c": "colour"}, values={"n": "amount"}, aggregate="avg")
    assert refused.value.lack.name == "sales.colour"


def test_a_stream_and_a_plan_are_those_of_any_query(source):
    query = GroupQuery(table="sales", groups={"c": "country"}, values={"n": "amount"}, aggregate="count")
    assert [row for frame in source.stream(query) for row in frame.rows()] == [("de", 24), ("fr", 24)]
    assert source.count(query) == 2
    assert source.explain(query).rows > 0
