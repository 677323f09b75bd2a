"""What the guard says, and what a policy opens and closes."""

from dataclasses import replace

import pytest

from datasources.errors import QueryRefused
from datasources.guard import Policy, check, check_statically, single_statement
from datasources.tests.cases import POLICY, refusal

STATISTICS = replace(POLICY, statistics=True)


def test_a_refusal_names_the_function_and_where_it_stands() -> None:
    refused = refusal("SELECT 'é',\n  pg_sleep(60)")
    assert refused.sentence == "This query calls a function PanelDash does not allow: pg_sleep."
    assert refused.detail == "line 2, column 3: function pg_sleep"


def test_a_syntax_error_is_told_with_its_place() -> None:
    refused = refusal("SELECT 'é'\nFROM x y z")
    assert refused.sentence == "This query is not valid SQL."
    assert refused.detail == 'line 2, column 10: syntax error at or near "z"'


def test_names_of_a_tenants_own_stay_out_of_the_sentence() -> None:
    for sql in ("SELECT * FROM hr.salaries", "SELECT NULL::hr.salaries", "SELECT hr.raise_pay()"):
        assert "hr" not in refusal(sql).sentence
        assert "hr." in refusal(sql).detail


def test_a_bare_name_means_the_first_relation_of_the_search_path() -> None:
    policy = Policy(relations=frozenset({("b", "orders")}), search_path=("a", "b"))
    check("SELECT * FROM orders", policy)
    hidden = replace(policy, hidden_relations=frozenset({("a", "orders")}))
    assert refusal("SELECT * FROM orders", hidden)
    check("SELECT * FROM b.orders", hidden)


def test_a_relation_off_the_search_path_needs_its_schema() -> None:
    policy = Policy(relations=frozenset({("b", "orders")}), search_path=("a",))
    assert refusal("SELECT * FROM orders", policy)
    check("SELECT * FROM b.orders", policy)


def test_a_policy_cannot_open_the_catalogs() -> None:
    everything = frozenset({("public", "pg_roles"), ("pg_catalog", "pg_roles"), ("information_schema", "tables")})
    policy = Policy(relations=everything, search_path=("public", "pg_catalog"))
    for relation in ("pg_roles", "public.pg_roles", "pg_catalog.pg_roles", "information_schema.tables"):
        assert refusal(f"SELECT * FROM {relation}", policy)


def test_functions_and_types_of_a_policy_are_allowed_as_written() -> None:
    policy = Policy(functions=frozenset({"unaccent", "ext.slug"}), enums=frozenset({"mood", "app.level"}))
    check("SELECT unaccent('é'), ext.slug('x'), 'sad'::mood, '{low}'::app.level[]", policy)
    assert refusal("SELECT ext.unaccent('é')", policy)
    assert refusal("SELECT slug('x')", policy)
    assert refusal("SELECT 'sad'::other.mood", policy)


def test_a_function_named_like_a_built_in_one_must_be_qualified() -> None:
    policy = Policy(shadowing_functions=frozenset({"lower"}))
    assert refusal("SELECT lower('X')", policy)
    check("SELECT pg_catalog.lower('X')", policy)


def test_a_field_of_a_value_is_allowed_where_it_is_known_to_be_no_function() -> None:
    sql = "SELECT (address).city FROM sales.customers"
    assert refusal(sql)
    check(sql, replace(POLICY, field_functions=frozenset({"dom"})))
    assert refusal("SELECT (1).dom", replace(POLICY, field_functions=frozenset({"dom"})))
    assert refusal("SELECT (1).pg_sleep", replace(POLICY, field_functions=frozenset()))


def test_a_parameter_is_allowed_only_where_one_is_bound() -> None:
    assert refusal("SELECT * FROM sales.orders WHERE id = $1")
    check("SELECT * FROM sales.orders WHERE id = $1", POLICY, allow_parameters=True)
    assert refusal("SELECT repeat('x', $1)", allow_parameters=True)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT numbackends, xact_commit FROM pg_stat_database WHERE datname = current_database()",
        "SELECT relname, n_live_tup, pg_size_pretty(pg_total_relation_size(relid)) FROM pg_stat_user_tables",
        "SELECT t.relname, pg_total_relation_size(t.relid) AS bytes FROM pg_catalog.pg_stat_user_tables t",
        "WITH t AS (SELECT relid, relname FROM pg_stat_user_tables) SELECT pg_total_relation_size(relid) FROM t",
        "SELECT indexrelname, idx_scan FROM pg_stat_user_indexes JOIN pg_statio_user_tables USING (relid)",
        "SELECT now() AS time, pg_database_size(current_database()) AS value",
        "SELECT buffers_alloc FROM pg_stat_bgwriter",
    ],
)
def test_only_the_platforms_panels_read_statistics(sql: str) -> None:
    check(sql, STATISTICS)
    check_statically(sql, statistics=True)
    assert refusal(sql)
    with pytest.raises(QueryRefused):
        check_statically(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT query FROM pg_stat_activity",
        "SELECT * FROM pg_stats",
        "SELECT * FROM pg_roles",
        "SELECT * FROM public.pg_stat_database",
        "SELECT pg_database_size('postgres')",
        "SELECT pg_database_size(datname) FROM pg_stat_database",
        "SELECT pg_database_size(5::oid)",
        "SELECT pg_total_relation_size('pg_authid')",
        "SELECT pg_total_relation_size(relid) FROM sales.orders",
        "SELECT pg_total_relation_size(relid) FROM (VALUES (1260)) v(relid)",
        "SELECT pg_total_relation_size(relid) FROM (SELECT 1260::oid AS relid) v",
        "SELECT pg_total_relation_size(relid) FROM generate_series(1, 2000) relid",
        "SELECT pg_total_relation_size(relid) FROM jsonb_to_record('{}') AS x(relid oid)",
        "WITH t(relid) AS (SELECT 1260) SELECT pg_total_relation_size(relid) FROM t",
        "SELECT pg_total_relation_size(relid) FROM (SELECT CASE WHEN a THEN 1 ELSE relid END FROM pg_stat_database) t",
        "SELECT pg_total_relation_size(indexrelid) FROM pg_stat_user_indexes",
        "SELECT pg_stat_get_activity(1)",
        "SELECT current_setting('port')",
    ],
)
def test_the_platforms_panels_read_nothing_else_of_the_server(sql: str) -> None:
    assert refusal(sql, STATISTICS)


def test_what_newer_servers_understand_passes() -> None:
    check("SELECT 1_000, 0xFF, now() AT LOCAL, any_value(id), array_sort(array_agg(id)) FROM sales.orders", POLICY)


def test_without_a_tenant_tables_and_enums_are_not_judged() -> None:
    check_statically("SELECT 'sad'::mood, similarity(a, b) FROM anything.at_all WHERE id = $1", allow_parameters=True)
    for sql in ("SELECT pg_sleep(1)", "SELECT * FROM pg_roles", "SELECT 'x'::regclass", "DELETE FROM x", "SELECT $1"):
        with pytest.raises(QueryRefused):
            check_statically(sql)


@pytest.mark.parametrize(
    ("sql", "exact"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 'é;' ; -- done", "SELECT 'é;'"),
        ("  /* é */ SELECT 2;;", "SELECT 2"),
        ("SELECT 1 -- one", "SELECT 1 -- one"),
    ],
)
def test_the_exact_text_has_no_semicolon(sql: str, exact: str) -> None:
    assert single_statement(sql).strip().endswith(exact)
    assert ";" not in single_statement(sql).replace("é;", "")


def test_a_text_read_before_costs_next_to_nothing() -> None:
    from datasources.guard.statement import read

    sql = "SELECT count(*) FROM sales.orders WHERE id = 4711"
    check(sql, POLICY)
    before = read.cache_info().hits
    check(sql, POLICY)
    assert read.cache_info().hits == before + 1
