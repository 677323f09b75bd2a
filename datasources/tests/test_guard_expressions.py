"""Pieces of SQL in structured panels: what may stand in a `where` and an `order_by`, and how a KPI's query is split."""

import pytest

from datasources.errors import QueryRefused
from datasources.guard import check_expression, check_order, split_kpi_query


@pytest.mark.parametrize(
    "text",
    [
        "metric_type = 'cpu'",
        "a = 1 AND (b > 2 OR NOT c)",
        "a IN (1, 2, 3) AND b NOT LIKE '%x%' AND c IS NOT NULL",
        "recorded_at > now() - interval '1 day'",
        "doc ->> 'env' = 'prod' AND tags @> ARRAY['x']::text[]",
        "lower(name) ~ '^a' AND coalesce(n, 0) BETWEEN 1 AND 5",
        "CASE WHEN a THEN b ELSE c END",
        '"select" = 1',
        "a = 1 -- one",
        "a = 'x) OR (y'",
        "extract(hour FROM at AT TIME ZONE 'UTC') >= 8",
        "(a, b) = (1, 2) AND tags[1] = 'x'",
        "true",
    ],
)
def test_a_plain_condition_passes(text: str) -> None:
    check_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1) OR (1 = 1",
        "1 = 1) UNION SELECT (1",
        "a = 1 /*",
        "a = 1; DROP TABLE x",
        "a = 1;",
        "a = 1; --",
        "a = 1 LIMIT 5",
        "a = 1 LIMIT 5 --",
        "a = 1 OFFSET 5",
        "a = 1 FETCH FIRST 1 ROW ONLY --",
        "a = 1 GROUP BY b",
        "a = 1 HAVING b",
        "a = 1 WINDOW w AS ()",
        "a = 1 ORDER BY b",
        "a = 1 FOR UPDATE",
        "a = 1 UNION SELECT 1 FROM t WHERE b",
        "a IN (SELECT 1)",
        "EXISTS (SELECT 1)",
        "(SELECT true)",
        "count(*) > 1",
        "sum(a) > 1",
        "max(a) FILTER (WHERE b) > 1",
        "rank() OVER () = 1",
        "lower(a) OVER () = 'x'",
        "generate_series(1, 2) = 1",
        "unnest(tags) = 'x'",
        "pg_sleep(60) IS NULL",
        "(60).pg_sleep IS NULL",
        "t.a = 1",
        "t.* IS NULL",
        "'pg_authid'::regclass = a",
        "a OPERATOR(sales.=) b",
        "a = $1",
        "a = :name",
        "repeat('x', 1000000000) = a",
    ],
)
def test_what_is_no_plain_condition_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        check_expression(text)


def test_only_columns_that_are_there_may_be_named() -> None:
    check_expression('cpu > 5 AND "Größe" < 1', columns={"cpu", "Größe"})
    with pytest.raises(QueryRefused) as refused:
        check_expression("cpu > 5\nAND password = 'x'", columns={"cpu"})
    assert refused.value.detail == "line 2, column 5: column password"
    assert "password" not in refused.value.sentence


def test_parameters_enums_and_extension_functions_are_allowed_where_given() -> None:
    text = "mood = 'sad'::mood AND similarity(name, $1) > 0.5"
    check_expression(text, functions={"similarity"}, enums={"mood"}, allow_parameters=True)
    with pytest.raises(QueryRefused):
        check_expression(text, functions={"similarity"}, enums={"mood"})


@pytest.mark.parametrize("text", ["at", "at DESC NULLS LAST, lower(name) ASC", "a + b, 1", "doc -> 'x' DESC", 'a COLLATE "C"'])
def test_a_plain_order_passes(text: str) -> None:
    check_order(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a LIMIT 3",
        "a; DROP TABLE x",
        "a)",
        "(SELECT 1)",
        "count(*)",
        "a USING >",
        "a FOR UPDATE",
        "generate_series(1, 9)",
        "t.a",
    ],
)
def test_what_is_no_plain_order_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        check_order(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", "", None)),
        ("WHERE a = 1 ORDER BY at DESC LIMIT 1", ("a = 1", "at DESC", 1)),
        ("where a = 1", ("a = 1", "", None)),
        ("Order  By\nat", ("", "at", None)),
        ("LIMIT 5", ("", "", 5)),
        ("WHERE a = 'order by x limit 3' LIMIT 2", ("a = 'order by x limit 3'", "", 2)),
        ("WHERE a -- order by b\nORDER BY c", ("a -- order by b", "c", None)),
        ("-- where b\nWHERE a", ("a", "", None)),
        ('WHERE "limit" = 1 LIMIT 1', ('"limit" = 1', "", 1)),
        (
            "WHERE env = :env AND at::date > :day AND x <> ':no' LIMIT 1",
            ("env = :env AND at::date > :day AND x <> ':no'", "", 1),
        ),
    ],
)
def test_a_kpis_query_is_taken_apart(text: str, parts: tuple[str, str, int | None]) -> None:
    assert split_kpi_query(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "a = 1",
        "WHERE a GROUP BY b",
        "WHERE a = 1) OR (1 = 1",
        "WHERE a LIMIT 1 OFFSET 1",
        "WHERE a LIMIT ALL",
        "WHERE a LIMIT b",
        "LIMIT 1 ORDER BY a",
        "ORDER BY a FETCH FIRST 3 ROWS ONLY",
        "WHERE a IN (SELECT 1)",
        "ORDER BY pg_sleep(60)",
        "JOIN x ON true WHERE a",
        ", pg_roles WHERE true",
        "WHERE a UNION SELECT 1",
        "WHERE a; DELETE FROM t",
        "limit " * 3_000,
    ],
)
def test_what_is_no_kpis_query_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        split_kpi_query(text)
