"""What is said of plans that a real PostgreSQL makes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.base import CountQuery, Query, SeriesQuery, Sort, SqlQuery, TableQuery
from datasources.explained import Explained, Hint
from datasources.postgres import PostgresSource
from datasources.timerange import Bucket, TimeRange

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = TimeRange(START, START + timedelta(hours=1))
TABLES = """
CREATE TABLE metrics (id int, recorded_at timestamptz NOT NULL, host varchar(20), load float8, "Order" int) WITH (autovacuum_enabled = off);
INSERT INTO metrics SELECT n, timestamptz '2026-03-01Z' + n * interval '10 seconds', 'host-' || n % 10, n, n FROM generate_series(1, 60000) n;
CREATE TABLE indexed (LIKE metrics) WITH (autovacuum_enabled = off);
INSERT INTO indexed SELECT * FROM metrics;
CREATE INDEX ON indexed (recorded_at);
CREATE TABLE new (LIKE metrics) WITH (autovacuum_enabled = off);
INSERT INTO new SELECT * FROM metrics;
CREATE INDEX ON new (id);
CREATE TABLE divided (LIKE metrics) PARTITION BY RANGE (id);
CREATE TABLE divided_1 PARTITION OF divided FOR VALUES FROM (0) TO (30000) WITH (autovacuum_enabled = off);
CREATE TABLE divided_2 PARTITION OF divided FOR VALUES FROM (30000) TO (90000) WITH (autovacuum_enabled = off);
INSERT INTO divided SELECT * FROM metrics;
CREATE TABLE small AS SELECT * FROM metrics LIMIT 100;
ANALYZE metrics, indexed, divided, divided_1, divided_2, small;
"""
COLUMNS = {"recorded_at": "recorded_at", "host": "host", "load": "load"}


@pytest.fixture(scope="module")
def database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("hints", TABLES)


@pytest.fixture
def explain(make_tenant: Callable[..., Any], database: dict) -> Callable[[Query], Explained]:
    return PostgresSource(make_tenant("hints", database)).explain


@pytest.fixture
def hints(explain: Callable[[Query], Explained]) -> Callable[[Query], dict[str, Hint]]:
    return lambda query: {hint.kind: hint for hint in explain(query).hints}


Hints = Callable[[Query], dict[str, Hint]]


def points(table: str = "metrics", **facts: Any) -> SeriesQuery:
    return SeriesQuery(table=table, timestamp="recorded_at", value="load", time_range=HOUR, **facts)


def rows(table: str = "metrics", **facts: Any) -> TableQuery:
    return TableQuery(table=table, columns=COLUMNS, **facts)


def test_the_plan_is_there_as_people_know_it(explain: Callable[[Query], Explained]) -> None:
    found = explain(points("indexed", bucket=Bucket(1, "minute")))
    assert found.lines[0].startswith("Nested Loop  (cost=")
    assert any(line.lstrip().startswith("->  Index Scan using indexed_recorded_at_idx") for line in found.lines)
    assert found.cost > 0
    assert found.rows > 0
    assert found.sql.startswith("SELECT bucket.at")
    assert found.hints == ()


def test_a_time_range_without_an_index_names_the_one_that_would_serve(hints: Hints) -> None:
    found = hints(points())
    assert found.keys() == {"index"}
    assert found["index"].statement == "CREATE INDEX CONCURRENTLY ON metrics (recorded_at)"
    assert found["index"].sentence.startswith("All of metrics, about 60,000 rows, is read to find about ")


def test_the_index_it_names_is_then_used(hints: Hints, database: dict, admin_sql: Callable[..., None]) -> None:
    query = rows(time_column="recorded_at", time_range=HOUR, where="host = 'host-1'")
    statement = hints(query)["index"].statement
    assert statement == "CREATE INDEX CONCURRENTLY ON metrics (host, recorded_at)"
    admin_sql(database, statement)
    assert hints(query) == {}
    admin_sql(database, "DROP INDEX metrics_host_recorded_at_idx")


def test_a_time_series_wants_its_time_first(hints: Hints) -> None:
    found = hints(points(where="host = 'host-1' AND \"Order\" = 5", bucket=Bucket(1, "minute")))
    assert found["index"].statement == 'CREATE INDEX CONCURRENTLY ON metrics (recorded_at, host, "Order")'


def test_a_column_inside_a_function_is_pointed_out(hints: Hints) -> None:
    for text in ("date_trunc('hour', recorded_at) = $__timeFrom()", "recorded_at::date = current_date"):
        found = hints(SqlQuery(text=f"SELECT * FROM indexed WHERE {text}", time_range=HOUR))
        assert found.keys() == {"wrapped"}
        assert "as $__timeFilter(recorded_at) does" in found["wrapped"].sentence


def test_a_range_over_most_of_a_table_wants_no_index(hints: Hints) -> None:
    whole = TimeRange(START, START + timedelta(days=30))
    assert hints(rows("indexed", time_column="recorded_at", time_range=whole)).keys() == {"most"}


def test_a_condition_no_index_serves_is_said_to_be_one(hints: Hints) -> None:
    assert hints(rows(search="host-1234"))["index"].statement == ""


def test_the_first_rows_of_an_order_want_an_index_in_it(hints: Hints) -> None:
    newest = hints(rows(sort=Sort("recorded_at", descending=True), limit=25))
    assert newest["order"].statement == "CREATE INDEX CONCURRENTLY ON metrics (recorded_at)"
    mixed = hints(SqlQuery(text='SELECT * FROM metrics ORDER BY host, "Order" DESC LIMIT 5'))
    assert mixed["order"].statement == 'CREATE INDEX CONCURRENTLY ON metrics (host, "Order" DESC)'
    both = hints(SqlQuery(text="SELECT * FROM metrics ORDER BY host DESC, id DESC LIMIT 5"))
    assert both["order"].statement == "CREATE INDEX CONCURRENTLY ON metrics (host, id)"
    assert hints(SqlQuery(text="SELECT * FROM metrics ORDER BY lower(host) LIMIT 5")) == {}


def test_a_sort_that_does_not_fit_is_said_to_spill(hints: Hints) -> None:
    text = "SELECT m.*, repeat('x', 1000) FROM metrics m, generate_series(1, 20) n WHERE m.id > 5 ORDER BY m.load"
    found = hints(SqlQuery(text=text))
    assert "16 MB of memory (work_mem) and goes to disk" in found["sort"].sentence


def test_a_long_loop_is_pointed_out(hints: Hints) -> None:
    text = "SELECT count(*) FROM metrics a JOIN metrics b ON b.load > a.load + 5"
    assert "once for each of about 60,000 rows" in hints(SqlQuery(text=text))["loop"].sentence


def test_a_table_that_was_never_analysed_is_named(hints: Hints) -> None:
    found = hints(SqlQuery(text="SELECT count(*) FROM new"))
    assert found["statistics"].statement == "ANALYZE new"


def test_partitions_speak_once_and_of_the_whole(hints: Hints) -> None:
    found = hints(SqlQuery(text="SELECT * FROM divided WHERE load = 5"))
    assert found["index"].statement == "CREATE INDEX ON divided (load)"


def test_nothing_is_said_of_a_small_table(hints: Hints) -> None:
    assert hints(rows("small", where="host = 'host-1'")) == {}


def test_a_count_that_is_not_run_says_so(hints: Hints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasources.postgres.DEAREST_COUNT", 10.0)
    assert "count" in hints(CountQuery(of=rows(where="load = 7")))
    assert "count" not in hints(CountQuery(of=rows()))
