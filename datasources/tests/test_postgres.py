"""Queries against a real tenant database."""

from datetime import UTC, datetime, timedelta

import pytest

from datasources.base import CountQuery, SeriesQuery, Sort, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.errors import NoSuchOrder, QueryFailed, QueryRefused, QueryTimeout
from datasources.frame import series_of
from datasources.postgres import PostgresSource
from datasources.timerange import Bucket, TimeRange
from tenants.connections import lease

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = TimeRange(START, START + timedelta(days=1))


@pytest.fixture
def source(acme, acme_database, admin_sql):
    admin_sql(
        acme_database,
        """
        DROP TABLE IF EXISTS points;
        CREATE TABLE points (id int PRIMARY KEY, at timestamptz NOT NULL, host text, load float8);
        CREATE INDEX ON points (at);
        INSERT INTO points SELECT n, timestamptz '2026-03-01Z' + n * interval '1 minute', 'host-' || n % 3, n
        FROM generate_series(0, 1999) AS n;
        ANALYZE points;
        """,
    )
    return PostgresSource(acme)


def test_rows_of_a_table_come_in_order_and_by_page(source):
    query = TableQuery(table="points", columns={"host": "host", "n": "id"}, sort=Sort("n", descending=True), limit=3, offset=1)
    frame = source.run({"rows": query})["rows"]
    assert list(frame.rows()) == [("host-0", 1998), ("host-2", 1997), ("host-1", 1996)]


@pytest.mark.parametrize("indexed", [True, False])
def test_buckets_are_the_same_with_and_without_an_index(source, indexed, acme_database, admin_sql):
    if not indexed:
        admin_sql(acme_database, "DROP INDEX points_at_idx")
    query = SeriesQuery(
        table="points",
        timestamp="at",
        value="load",
        label="host",
        time_range=DAY,
        bucket=Bucket(1, "hour"),
        aggregate="max",
    )
    found = series_of(source.run({"series": query}), "series").series
    assert [(one.label, len(one.times), one.times[0]) for one in found] == [
        (f"host-{number}", 24, START.timestamp()) for number in range(3)
    ]
    assert [one.values[-1] for one in found] == [1437, 1438, 1439]


@pytest.mark.parametrize("kind", ["indexed", "grouped", "sql"])
def test_the_first_bucket_is_whole_and_the_last_ends_with_the_range(source, kind, acme_database, admin_sql):
    if kind == "grouped":
        admin_sql(acme_database, "DROP INDEX points_at_idx")
    time_range = TimeRange(START + timedelta(hours=1, minutes=40), START + timedelta(hours=3, minutes=20))
    query = SeriesQuery(
        table="points", timestamp="at", value="load", time_range=time_range, bucket=Bucket(1, "hour"), aggregate="count"
    )
    if kind == "sql":
        text = "SELECT $__timeGroup(at, '1h') AS time, count(*) FROM points WHERE $__timeFilter(at) GROUP BY 1"
        query = SqlSeriesQuery(text=text, time_range=time_range)
    (series,) = series_of(source.run({"series": query}), "series").series
    assert series.values.tolist() == [60, 60, 20]


def test_sql_that_does_not_plainly_group_keeps_its_range(source):
    text = "SELECT $__timeGroup(at, '1h') AS time, count(*) FROM points WHERE $__timeFilter(at) GROUP BY 1 LIMIT 9"
    time_range = TimeRange(START + timedelta(hours=1, minutes=40), START + timedelta(hours=3))
    (series,) = series_of(source.run({"n": SqlSeriesQuery(text=text, time_range=time_range)}), "n").series
    assert series.values.tolist() == [20, 60]


def test_points_without_a_range_are_the_newest_in_order(source):
    query = SeriesQuery(table="points", timestamp="at", value="load", time_range=TimeRange(), limit=5)
    (series,) = series_of(source.run({"series": query}), "series").series
    assert series.values.tolist() == [1995, 1996, 1997, 1998, 1999]


def test_sql_binds_variables_and_the_time_range(source):
    text = "SELECT count(*) AS n FROM points WHERE $__timeFilter(at) AND host = :host -- :not_this"
    frame = source.run({"n": SqlQuery(text=text, time_range=DAY, variables={"host": "host-1"})})["n"]
    assert list(frame.column("n")) == [480]


def test_time_group_groups(source):
    text = "SELECT $__timeGroup(at, '1h') AS time, count(*) FROM points WHERE $__timeFilter(at) GROUP BY $__timeGroup(at, '1h') ORDER BY 1"
    frame = source.run({"n": SqlQuery(text=text, time_range=DAY)})["n"]
    assert frame.column("time")[1] == START + timedelta(hours=1)
    assert list(frame.column("count")) == [60] * 24


def test_count_is_exact_up_to_the_limit_and_estimated_beyond(source):
    whole = TableQuery(table="points", columns={"id": "id"})
    frames = source.run({"all": CountQuery(of=whole), "some": CountQuery(of=whole, exact_up_to=100)})
    assert list(frames["all"].rows()) == [(2000, False)]
    assert list(frames["some"].rows()) == [(2000, True)]


def test_a_missing_table_is_refused_and_a_new_one_is_found(source, acme_database, admin_sql):
    with pytest.raises(QueryRefused):
        source.run({"x": SqlQuery(text="SELECT * FROM late_table")})


def test_where_with_a_sub_query_is_refused(source):
    with pytest.raises(QueryRefused):
        source.run({"x": TableQuery(table="points", columns={"id": "id"}, where="id IN (SELECT 1)")})


def test_division_by_zero_is_a_failed_query(source):
    with pytest.raises(QueryFailed, match="zero"):
        source.run({"x": SqlQuery(text="SELECT 1 / (id - id) FROM points")})


def test_a_slow_query_ends_in_time(source):
    source.tenant.timeout_ms = 300
    source.tenant.save()
    with pytest.raises(QueryTimeout):
        source.run({"x": SqlQuery(text="SELECT count(*) FROM generate_series(1, 1000000000)")})


VALUES = """
SELECT 'infinity'::timestamptz, '-infinity'::date, '0044-03-15 BC'::date, '294276-01-01'::timestamp, 'NaN'::float8, '-Infinity'::numeric,
       repeat('9', 1000)::numeric, 9007199254740993::int8, interval '1 mon 2 days', '24:00'::time, '{"a": [1, null]}'::jsonb,
       ARRAY[1, NULL], int4range(1, 5), 12.5::money, '\\xdead'::bytea, '10.0.0.1'::inet, true, NULL, (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 2000) AS n), 1 AS a, 2 AS a
"""


def test_every_kind_of_value_arrives(source):
    frame = source.run({"x": SqlQuery(text=VALUES)})["x"]
    row = next(frame.rows())
    assert row[0] == "infinity"
    assert row[2] == "0044-03-15 BC"
    assert str(row[6]) == "9" * 1000
    assert row[7] == 9007199254740993
    assert row[8:14] == ("1 mon 2 days", "24:00:00", '{"a": [1, null]}', "{1,NULL}", "[1,5)", "$12.50")
    assert row[14:18] == ("\\xdead", "10.0.0.1", True, None)
    assert frame.truncated_cells
    assert frame.names[-2:] == ["a", "a_2"]


def test_a_stream_has_all_rows(source):
    frames = list(source.stream(TableQuery(table="points", columns={"id": "id"})))
    assert sum(frame.row_count for frame in frames) == 2000


def test_a_count_that_would_read_a_huge_table_is_estimated_instead(source, monkeypatch):
    monkeypatch.setattr("datasources.postgres.DEAREST_COUNT", 10.0)
    rare = TableQuery(table="points", columns={"n": "id"}, where="load = 7")
    found = source.run({"count": CountQuery(of=rare)})["count"]
    assert next(found.rows()) == (1, True)
    assert found.sql == ""


def test_the_newest_are_read_by_the_index(source):
    """`DESC NULLS LAST` would sort the whole table."""
    query = TableQuery(table="points", columns={"at": "at", "n": "id"}, sort=Sort("at", descending=True), limit=5)
    assert "NULLS" not in source.run({"rows": query})["rows"].sql
    by_load = TableQuery(table="points", columns={"load": "load"}, sort=Sort("load", descending=True), limit=5)
    assert "NULLS LAST" in source.run({"rows": by_load})["rows"].sql


def sorted_sql(source, text, column, **facts):
    frame = source.run({"rows": SqlQuery(text=text, sort=Sort(column, **facts), limit=3)})["rows"]
    return list(frame.rows())


def test_sql_is_sorted_by_any_column_of_its_answer(source):
    text = "SELECT id, -id AS id, host FROM points WHERE id < 9"
    assert sorted_sql(source, text, "id", descending=True) == [(8, -8, "host-2"), (7, -7, "host-1"), (6, -6, "host-0")]
    assert sorted_sql(source, text, "id_2")[0] == (8, -8, "host-2")
    assert next(source.stream(SqlQuery(text=text, sort=Sort("id_2")))).column("id")[0] == 8


@pytest.mark.parametrize("column", ["nope", "load", "", "1", "md5", "facts", "x" * 900, 'n" DESC, "n'])
def test_an_order_that_sql_does_not_have_is_the_askers_fault(source, column):
    """`load` is the table's and not the answer's, `md5(q)` a function, `facts` has no order."""
    with pytest.raises(NoSuchOrder):
        sorted_sql(source, "SELECT id AS n, host, '{}'::json AS facts FROM points", column)


def test_an_order_by_a_column_that_is_gone_is_said_from_then_on(source, acme_database, admin_sql):
    text = "SELECT * FROM points"
    assert sorted_sql(source, text, "load")[0][3] == 0
    admin_sql(acme_database, "ALTER TABLE points DROP COLUMN load")
    with pytest.raises(QueryFailed):
        sorted_sql(source, text, "load")
    with pytest.raises(NoSuchOrder):
        sorted_sql(source, text, "load")
    assert sorted_sql(source, text, "host")[0][0] == 0


def test_nothing_is_left_prepared_in_the_session(source):
    """PgBouncer, in transaction mode, would give it to somebody else with the server's connection."""
    query = TableQuery(table="points", columns={"id": "id"}, where="load = 7", limit=1)
    for _ in range(8):
        source.run({"rows": query, "count": CountQuery(of=query)})
    with lease(source.tenant) as connection:
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
