"""What the catalogue tells the guard about a tenant's database."""

from collections.abc import Callable

import pytest

from datasources import catalogue
from datasources.guard import Policy
from datasources.tests.cases import refusal

pytestmark = pytest.mark.django_db

SCHEMA = """
CREATE TABLE orders (id int PRIMARY KEY, amount numeric);
CREATE FUNCTION net(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 1.2';
CREATE FUNCTION secret() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT 'x' $$;
CREATE FUNCTION touch() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION leak_row(orders) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'x' $$;
CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'x' $$;
CREATE FUNCTION soundex(text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'x' $$;
CREATE DOMAIN even AS int CHECK (VALUE % 2 = touch() - 1);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE VIEW net_orders AS SELECT id, net(amount) AS amount FROM orders;
CREATE VIEW touching AS SELECT touch() AS t;
CREATE VIEW secrets AS SELECT secret() AS s;
CREATE VIEW over_secrets AS SELECT n.id, s.s FROM net_orders n, secrets s;
CREATE SCHEMA later;
CREATE TABLE later.orders (id int);
CREATE SCHEMA other;
CREATE TABLE other.orders (id int);
"""


@pytest.fixture
def policy(make_tenant: Callable, tenant_database: Callable) -> Policy:
    database = tenant_database("policy", SCHEMA)
    return catalogue.policy(make_tenant("policy", database, search_path="later, public"))


def test_a_view_that_runs_code_of_its_own_is_closed(policy: Policy) -> None:
    assert refusal("SELECT * FROM net_orders", policy) is None
    for view in ("touching", "secrets", "over_secrets", "public.secrets"):
        assert refusal(f"SELECT * FROM {view}", policy)


def test_a_relation_without_the_right_to_read_hides_those_behind_it(policy: Policy) -> None:
    assert refusal("SELECT * FROM orders", policy)
    assert refusal("SELECT * FROM public.orders", policy) is None
    assert refusal("SELECT * FROM other.orders", policy)


def test_functions_named_like_fields_are_known(policy: Policy) -> None:
    assert refusal("SELECT o.amount, (o.amount).scale FROM public.orders o", policy) is None
    for sql in ("SELECT o.leak_row FROM public.orders o", "SELECT (2).even", "SELECT (2.5).net", "SELECT (1).pg_sleep"):
        assert refusal(sql, policy)


def test_a_tenants_own_function_is_not_taken_for_a_known_one(policy: Policy) -> None:
    assert refusal("SELECT lower('X')", policy)
    assert refusal("SELECT pg_catalog.lower('X')", policy) is None
    assert refusal("SELECT soundex('x')", policy)
    assert refusal("SELECT levenshtein('x', 'y')", policy) is None


def test_enums_may_be_cast_to(policy: Policy) -> None:
    assert refusal("SELECT 'sad'::mood, '{glad}'::public.mood[]", policy) is None
    assert refusal("SELECT 2::even", policy)
