"""A query's time: it ends in words, by the server's clock or by ours, and frees its place."""

import psycopg
import pytest

from datasources.base import SqlQuery
from datasources.errors import QueryFailed, QueryTimeout
from datasources.postgres import PostgresSource
from datasources.tests.faults.asking import SLOW, AdminSql, ask
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant
from tenants.pool import Pool

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


def test_a_locked_table_is_said(things: Tenant, embedded_server: EmbeddedServer) -> None:
    """Fault 6."""
    things.timeout_ms = 5_000
    ask(things)
    with psycopg.connect(embedded_server.url(things.database)) as other:
        other.execute("LOCK TABLE things IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(QueryTimeout, match="locked"):
            ask(things)
        other.rollback()
    assert ask(things) == 3_000


def test_a_slow_query_ends_in_words_and_frees_its_place(things: Tenant, pool: Pool) -> None:
    """Fault 7."""
    with pytest.raises(QueryTimeout, match="shorter time range"):
        ask(things, SLOW)
    assert pool.figures()["in_use"] == 0
    assert ask(things) == 3_000


def test_our_own_clock_cancels_where_the_servers_was_lost(things: Tenant, pool: Pool, admin_sql: AdminSql) -> None:
    """Fault 7: as behind a pooler that drops the startup options. The query would take minutes."""
    with connections.lease(things) as connection:
        connection.execute("SET statement_timeout = 0")
    with pytest.raises(QueryTimeout):
        ask(things, SLOW)
    assert pool.figures()["in_use"] == 0


def test_an_export_has_more_time_than_a_panel(things: Tenant) -> None:
    text = "SELECT count(*) FROM generate_series(1, 4000000)"
    with pytest.raises(QueryTimeout):
        ask(things, f"{text} a, generate_series(1, 3) b")
    frames = list(PostgresSource(things).stream(SqlQuery(text=f"{text} a, generate_series(1, 3) b")))
    assert frames[0].values == ((12_000_000,),)


def test_a_query_that_needs_too_much_disk(things: Tenant, admin_sql: AdminSql, acme_database: dict) -> None:
    """Fault 17."""
    admin_sql(acme_database, f"ALTER ROLE {things.user} SET temp_file_limit = '1MB'")
    try:
        connections.close_tenant(things)
        things.timeout_ms = 8_000
        with pytest.raises(QueryFailed, match="temporary space"):
            ask(
                things,
                "WITH big AS MATERIALIZED (SELECT repeat('x', 100) FROM generate_series(1, 400000)) SELECT count(*) FROM big",
            )
    finally:
        admin_sql(acme_database, f"ALTER ROLE {things.user} RESET temp_file_limit")
