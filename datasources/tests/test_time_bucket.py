"""TimescaleDB's `time_bucket` in place of `date_bin`.

TimescaleDB itself is not here: a function of its own extension's name, which does what its manual says, stands in for it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.base import Query, SeriesQuery, SqlQuery
from datasources.compile import compile_query
from datasources.frame import rows_of, series_of
from datasources.postgres import PostgresSource
from datasources.timerange import Bucket, TimeRange
from tenants.models import Tenant

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = TimeRange(START, START + timedelta(days=1))
POINTS = """
CREATE TABLE points (at timestamptz NOT NULL, load float8);
INSERT INTO points SELECT timestamptz '2026-03-01Z' + n * interval '7 minutes', n FROM generate_series(0, 500) AS n;
"""
STAND_IN = """
CREATE SCHEMA tsdb;
CREATE FUNCTION tsdb.time_bucket(interval, timestamptz, timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE
    AS 'SELECT date_bin($1, $2, $3)';
GRANT USAGE ON SCHEMA tsdb TO PUBLIC;
"""
AS_ITS_EXTENSION = """
SET allow_system_table_mods = on;
INSERT INTO pg_extension SELECT 90000, 'timescaledb', 10, 'tsdb'::regnamespace, false, '2.0', NULL, NULL;
ALTER EXTENSION timescaledb ADD FUNCTION tsdb.time_bucket(interval, timestamptz, timestamptz);
"""
MINUTES = SeriesQuery(table="points", timestamp="at", value="load", time_range=DAY, bucket=Bucket(10, "minute"))
DAYS = SeriesQuery(table="points", timestamp="at", value="load", time_range=DAY, bucket=Bucket(1, "day"))
GROUPED = SqlQuery(
    text="SELECT $__timeGroup(at, '1h') AS time, sum(load) FROM points WHERE $__timeFilter(at) GROUP BY 1", time_range=DAY
)


@pytest.fixture(scope="module")
def with_extension(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("tsdb", POINTS + STAND_IN + AS_ITS_EXTENSION)


@pytest.fixture(scope="module")
def without_extension(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("no_tsdb", POINTS + STAND_IN)


@pytest.fixture
def tenant(make_tenant: Callable[..., Tenant], with_extension: dict) -> Tenant:
    return make_tenant("tsdb", with_extension, search_path="public, tsdb", time_zone="Asia/Kolkata")


@pytest.fixture
def plain(make_tenant: Callable[..., Tenant], without_extension: dict) -> Tenant:
    return make_tenant("plain", without_extension, search_path="public, tsdb", time_zone="Asia/Kolkata")


def test_buckets_of_fixed_length_are_timescales(tenant: Tenant) -> None:
    call = "time_bucket(interval '600 seconds', (\"at\")::timestamptz, timestamptz '2000-01-02T18:30:00+00:00')"
    assert compile_query(MINUTES, tenant).sql.count(call) == 2
    assert "time_bucket(interval '3600 seconds', (at)::timestamptz, " in compile_query(GROUPED, tenant).sql


def test_days_follow_the_calendar_still(tenant: Tenant) -> None:
    assert "date_trunc('day'" in compile_query(DAYS, tenant).sql


@pytest.mark.parametrize("query", [MINUTES, GROUPED])
def test_where_it_is_nobodys_or_out_of_sight_nothing_changes(
    query: Query, plain: Tenant, make_tenant: Callable[..., Tenant], with_extension: dict
) -> None:
    """A function of that name that is the tenant's own may do anything."""
    for one in (plain, make_tenant("hidden", with_extension)):
        assert "date_bin(" in compile_query(query, one).sql


def test_the_guard_lets_it_through_and_the_answer_is_the_same(tenant: Tenant, plain: Tenant) -> None:
    answers: list[Any] = []
    for one in (tenant, plain):
        found = PostgresSource(one).run({"series": MINUTES, "rows": GROUPED})
        (series,) = series_of(found, "series").series
        answers.append((series.times.tolist(), series.values.tolist(), sorted(rows_of(found, "rows").rows())))
    assert answers[0] == answers[1]
    assert len(answers[0][0]) > 100
