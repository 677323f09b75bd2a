"""What the guard's rules rest on, asked of a real PostgreSQL."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from datasources import allowed
from datasources.tests.cases import refusal, written

SALES = '''
CREATE SCHEMA sales;
CREATE TABLE sales.customers
    (id int PRIMARY KEY, name text, country text, email text, tags text[], created timestamptz);
CREATE TABLE sales.orders
    (id int PRIMARY KEY, customer_id int, amount numeric(12,2), status text, doc jsonb, at timestamptz);
CREATE TABLE sales.canary (id int PRIMARY KEY, v text);
CREATE TABLE sales."Odd Table" (id int, "Weird ""Col""" text, "select" int, "Größe" numeric);
CREATE VIEW sales.v_orders AS SELECT id, amount, status FROM sales.orders;
'''


@pytest.fixture(scope="module")
def sales(embedded_server: object, tenant_database: Callable[..., dict]) -> Iterator[psycopg.Connection]:
    fields = tenant_database("guard_sales", SALES)
    with psycopg.connect(embedded_server.url(fields["database"]), autocommit=True) as connection:
        connection.execute("SET search_path = sales, public")
        yield connection


@pytest.mark.parametrize("sql", written("more_legitimate.sql"))
def test_what_we_call_legitimate_runs(sales: psycopg.Connection, sql: str) -> None:
    sales.execute(sql)


def test_a_field_of_a_plain_value_is_a_call_for_postgresql(sales: psycopg.Connection) -> None:
    """The reason for guard/fields.py: no call stands in the syntax tree of these."""
    for sql in (
        "SELECT ('port'::text).current_setting",
        "SELECT f.current_setting FROM unnest(ARRAY['port']) f",
        "SELECT current_setting.current_setting FROM jsonb_array_elements_text('[\"port\"]') current_setting",
    ):
        assert sales.execute(sql).fetchone()[0].isdigit()
        assert refusal(sql)


def test_every_allowed_function_is_one_that_only_computes(sales: psycopg.Connection) -> None:
    """None is volatile but for clocks and chance, none takes a name it looks up in the catalogs."""
    rows = sales.execute(
        """SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (%s)
           AND (provolatile = 'v' OR 'regclass'::regtype = ANY (proargtypes::oid[]))""",
        [list(allowed.FUNCTIONS)],
    )
    chance_and_clocks = {
        "clock_timestamp",
        "timeofday",
        "random",
        "random_normal",
        "gen_random_uuid",
        "uuidv4",
        "uuidv7",
    }
    assert {name for (name,) in rows} <= chance_and_clocks | {"array_sample", "array_shuffle"}


def test_aggregates_and_set_returning_functions_are_known_as_such(sales: psycopg.Connection) -> None:
    """They may not stand in a structured panel's condition."""
    rows = sales.execute(
        """SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY (%s)
           AND (prokind IN ('a', 'w') OR proretset)""",
        [list(allowed.SCALARS)],
    )
    assert rows.fetchall() == []


def test_no_field_may_be_named_like_a_built_in_function_with_effects_or_look_ups(sales: psycopg.Connection) -> None:
    """Only what is immutable is left, and casts to types that may be named anyway. A text may stand for a cstring."""
    rows = sales.execute(
        """SELECT DISTINCT proname FROM pg_proc
           WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND provolatile IN ('v', 's')
             AND pronargs - pronargdefaults <= 1 AND pronargs >= 1 AND 'internal'::regtype::oid <> ALL (proargtypes::oid[])"""
    )
    others = {name for (name,) in rows} - allowed.FUNCTIONS - allowed.TYPES
    open_names = {name for name in others if not name.startswith(allowed.FIELD_FUNCTION_PREFIXES)}
    assert open_names <= allowed.FIELD_FUNCTIONS
