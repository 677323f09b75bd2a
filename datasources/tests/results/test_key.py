"""Keys: one for those whom one result serves, another for everybody else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.base import CountQuery, Query, SeriesQuery, Sort, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.postgres import PostgresSource
from datasources.results.key import key_of
from datasources.timerange import Bucket, TimeRange, parse_time_range

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SQL = SqlQuery(text="SELECT :a::int", variables={"a": "1"})
BY_INTERVAL = SqlSeriesQuery(text="SELECT $__timeGroup(at, $__interval), 1", interval_ms=60_000)
TABLE = TableQuery(table="t", columns={"n": "n"}, where="n = :a", variables={"a": "1"})
SERIES = SeriesQuery(table="t", timestamp="at", value="n", time_range=TimeRange(NOON, NOON + timedelta(hours=1)))


def key(tenant: Any, query: Query, **facts: Any) -> str:
    return key_of(PostgresSource(tenant, platform=facts.get("platform", False)), {"q": query})


def last_hour(now: datetime) -> TimeRange:
    return parse_time_range("now-1h", "now", now=now)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SQL, replace(SQL, variables={"a": "2"})),
        (SQL, replace(SQL, text="SELECT :a::int8")),
        (SQL, SqlSeriesQuery(text=SQL.text, variables=SQL.variables)),
        (SQL, CountQuery(of=SQL)),
        (BY_INTERVAL, replace(BY_INTERVAL, interval_ms=120_000)),
        (SQL, replace(SQL, sort=Sort("a"))),
        (replace(SQL, sort=Sort("a")), replace(SQL, sort=Sort("a", descending=True))),
        (TABLE, replace(TABLE, columns={"n": "m"})),
        (TABLE, replace(TABLE, offset=25)),
        (TABLE, replace(TABLE, search="x")),
        (SERIES, replace(SERIES, bucket=Bucket(1, "hour"))),
        (SERIES, replace(SERIES, aggregate="max")),
        (SERIES, replace(SERIES, time_range=TimeRange(NOON, NOON + timedelta(hours=2)))),
        (replace(SERIES, time_range=last_hour(NOON)), replace(SERIES, time_range=TimeRange(NOON - timedelta(hours=1), NOON))),
    ],
)
def test_what_asks_something_else_has_another_key(acme: Any, one: Query, other: Query) -> None:
    assert key(acme, one) != key(acme, other)


def test_a_range_counted_from_now_is_the_same_a_minute_later(acme: Any) -> None:
    later = replace(SERIES, time_range=last_hour(NOON + timedelta(minutes=1)))
    assert key(acme, replace(SERIES, time_range=last_hour(NOON))) == key(acme, later)


def test_variables_that_do_not_occur_do_not_part_askers(acme: Any) -> None:
    assert key(acme, SQL) == key(acme, replace(SQL, variables={"unused": "x", "a": "1"}))
    assert key(acme, TABLE) == key(acme, replace(TABLE, variables={"unused": "x", "a": "1"}))


def test_the_width_of_a_panel_does_not_part_askers_where_the_query_does_not_name_its_interval(acme: Any) -> None:
    assert key(acme, replace(SQL, interval_ms=60_000)) == key(acme, replace(SQL, interval_ms=120_000))


@pytest.mark.parametrize(
    "text",
    [
        "/* it's */ SELECT :a::text, 'b'",
        '/* " */ SELECT :a::text AS "b"',
        "/* -- */ SELECT :a::text",
        "/* $$ */ SELECT :a::text, $$b$$",
        "/* /* it's */ */ SELECT :a::text, 'b'",
    ],
)
def test_a_variable_behind_a_comment_parts_askers(acme: Any, text: str) -> None:
    one, other = (SqlQuery(text=text, variables={"a": value}) for value in ("1", "2"))
    assert key(acme, one) != key(acme, other)


def test_a_text_and_a_number_are_different_values(acme: Any) -> None:
    assert key(acme, SQL) != key(acme, replace(SQL, variables={"a": 1}))


def test_the_tenant_its_connection_and_its_limits_part_askers(acme: Any, globex: Any) -> None:
    before = key(acme, SQL)
    assert before != key(globex, SQL)
    assert before != key(acme, SQL, platform=True)
    acme.row_limit = 17
    limited = key(acme, SQL)
    acme.search_path = "other"
    acme.save()
    assert len({before, limited, key(acme, SQL)}) == 3


def test_names_of_queries_part_askers(acme: Any) -> None:
    assert key_of(PostgresSource(acme), {"a": SQL}) != key_of(PostgresSource(acme), {"b": SQL})
