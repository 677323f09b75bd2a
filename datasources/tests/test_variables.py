"""Variables in SQL: bound as one value or as a list, in every way of writing them, whatever the value is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from datasources.base import Query, SeriesQuery, SqlQuery, SqlSeriesQuery, TableQuery
from datasources.compile.queries import _sql, validate
from datasources.compile.structured import rows_sql
from datasources.errors import QueryFailed, QueryRefused, ValueMissing
from datasources.guard import split_kpi_query
from datasources.guard.parser import single_select
from datasources.postgres import PostgresSource
from datasources.runs.split import split
from datasources.tests.hostile import HOSTILE
from datasources.tests.test_injection_properties import table_sql
from datasources.timerange import TimeRange
from datasources.variables import FORMATS, formatted

WEEK = TimeRange(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC))
EVERYWHERE = """
    SELECT :v AS colon, $v AS plain, ${v} AS braced, ${v:csv} AS csv, ':v $v ${v}' AS literal, $q$ $v $q$ AS dollars
    FROM points WHERE label IN (:v) OR label NOT IN ( $v ) OR label = ANY (${v:sqlstring}) -- $v
"""


def compiled(text: str, **variables: Any) -> tuple[str, tuple[Any, ...]]:
    statement = _sql(SqlQuery(text=text, variables=variables), "UTC")
    return statement.sql, statement.parameters


@pytest.fixture(scope="module")
def tree() -> Any:
    """What PostgreSQL's parser makes of the statement with harmless values."""
    return {kind: single_select(compiled(EVERYWHERE, v=value)[0])[1] for kind, value in [("one", "x"), ("list", ("x", "y"))]}


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_value_changes_no_statement(tree: Any, value: str) -> None:
    for kind, given in [("one", value), ("list", (value, value))]:
        text, values = compiled(EVERYWHERE, v=given)
        assert single_select(text)[1] == tree[kind]
        assert set(map(str, values)) == {
            str(list(given) if kind == "list" else given),
            ",".join([value] * (1 + (kind == "list"))),
        }
    where = "label = :v OR label IN ($v)"
    sql = table_sql("s", "t", ["label", "at"])
    query = TableQuery(table="t", columns={"label": "label"}, where=where, variables={"v": value})
    assert rows_sql(query, sql).endswith("WHERE (\nlabel = $1 OR label IN ($1)\n)")
    assert sql.parameters.values == [value]


@pytest.mark.parametrize(
    ("written", "one", "many"),
    [
        ("a IN (:v)", "a IN ($1)", "a = ANY ($1)"),
        ("a not  in( $v )", "a not  in ($1)", "a <> ALL ($1)"),
        ("a IN (${v})", "a IN ($1)", "a = ANY ($1)"),
        ("a IN (${v:sqlstring})", "a IN ($1)", "a = ANY ($1)"),
        ("a IN (${v:csv})", "a IN ($1)", "a IN ($1)"),
        ("a = ANY(:v)", "a = ANY($1)", "a = ANY($1)"),
        ("a IN (:v, 'x')", "a IN ($1, 'x')", "a IN ($1, 'x')"),
        ('b."in" (:v)', 'b."in" ($1)', 'b."in" ($1)'),
        ("min(:v)", "min($1)", "min($1)"),
        ("c$v || a$b$", "c$v || a$b$", "c$v || a$b$"),
    ],
)
def test_a_list_among_which_something_is(written: str, one: str, many: str) -> None:
    assert compiled(f"SELECT {written}", v="x")[0] == f"SELECT {one}"
    assert compiled(f"SELECT {written}", v=("x", "y"))[0] == f"SELECT {many}"


def test_any_number_of_values_is_one_statement() -> None:
    few, many = compiled("SELECT 1 WHERE 'a' IN (:v)", v=()), compiled("SELECT 1 WHERE 'a' IN (:v)", v=("a",) * 900)
    assert few[0] == many[0]
    assert many[1] == (["a"] * 900,)


@pytest.mark.parametrize("format", ["raw", "doublequote", "lucene", "x"])
def test_nothing_is_pasted(format: str) -> None:
    with pytest.raises(QueryRefused, match="not a format for variables in SQL"):
        compiled(f"SELECT ${{v:{format}}}", v="x")


def test_a_variable_without_a_value_is_missed_however_it_is_written() -> None:
    for text in ("SELECT :v", "SELECT $v", "SELECT 1 WHERE 1 IN (${v})"):
        with pytest.raises(ValueMissing, match="needs a value for “v”"):
            compiled(text)


@pytest.mark.parametrize("where", ["label IN (:v)", "label IN ($v)", "label = ANY (${v})"])
def test_closed_buckets_of_a_list_are_kept(where: str) -> None:
    def key(value: Any) -> str:
        query = SeriesQuery(
            table="points",
            timestamp="at",
            value="value",
            where=where,
            time_range=WEEK,
            bucket=WEEK.bucket(),
            variables={"v": value},
        )
        found = split(query, "UTC")
        assert found is not None
        return found.key()

    assert key(("a", "b")) == key(("a", "b")) != key(("a,b",)) != key("a,b")
    with pytest.raises(AssertionError):
        key(("a", "today"))  # which may mean another day tomorrow


def test_sql_that_groups_by_time_and_a_list_is_split() -> None:
    text = "SELECT $__timeGroup(at, '1h') AS time, count(*) FROM points WHERE $__timeFilter(at) AND label IN ($v) GROUP BY 1"
    assert split(SqlSeriesQuery(text=text, time_range=WEEK, variables={"v": ("a", "b")}), "UTC") is not None


def test_conditions_as_text_may_have_either_sign() -> None:
    text = "WHERE a = $v AND b IN (${w:csv}) AND c = $q$ LIMIT 3 $q$ ORDER BY a LIMIT 2"
    assert split_kpi_query(text) == ("a = $v AND b IN (${w:csv}) AND c = $q$ LIMIT 3 $q$", "a", 2)


def test_a_query_is_valid_before_it_has_values() -> None:
    for where in ("a IN (:v)", "a = ANY(:v)", "a = $v"):
        validate(TableQuery(table="t", columns={"a": "a"}, where=where, variables={"v": None}))
        validate(SqlQuery(text=f"SELECT 1 AS a FROM t WHERE {where}", variables={"v": None}))


@pytest.fixture
def ask(acme: Any) -> Any:
    def run(query: Query) -> list[Any]:
        return [row[0] for row in PostgresSource(acme).run({"q": query})["q"].rows()]

    return run


@pytest.mark.parametrize(
    ("condition", "value", "rows"),
    [
        ("n IN (:v)", ("1", "3"), [1, 3]),
        ("n = ANY(:v)", ("1", "3"), [1, 3]),
        ("n = :v", "2", [2]),
        ("n > :v", "2", [3]),
        ("n NOT IN ($v)", ("1", "3"), [2]),
        ("n IN ($v)", (), []),
        ("n NOT IN ($v)", (), [1, 2, 3]),
        ("NOT n IN ($v) AND n IN ($v) IS FALSE", ("1",), [2, 3]),
        ("n::text || 'x' IN (:v)", ("1x",), [1]),
        ("at = ANY(:v)", ("2026-03-01",), [1, 2, 3]),
        ("cardinality(:v::text[]) = 2", ("1", "'"), [1, 2, 3]),
        ("n::text = ANY (string_to_array(${v:csv}, ','))", ("1", "2"), [1, 2]),
        ("n::text ~ ${v:regex}", ("1", "3"), [1, 3]),
    ],
)
def test_postgresql_finds_the_types_of_a_list(ask: Any, condition: str, value: Any, rows: list[int]) -> None:
    table = "(VALUES (1, date '2026-03-01'), (2, date '2026-03-01'), (3, date '2026-03-01')) AS t (n, at)"
    assert ask(SqlQuery(text=f"SELECT n FROM {table} WHERE {condition} ORDER BY n", variables={"v": value})) == rows


def test_hostile_values_come_back_as_they_went(ask: Any) -> None:
    values = tuple(value for value in HOSTILE if "\0" not in value)
    assert ask(SqlQuery(text="SELECT unnest(:v::text[])", variables={"v": values})) == list(values)
    assert len(values) == 59
    with pytest.raises((QueryRefused, QueryFailed)):
        ask(SqlQuery(text="SELECT unnest(:v::text[])", variables={"v": HOSTILE}))


def test_formats() -> None:
    values = ("a.b", "c'd")
    assert {name: formatted(values, name, name="v") for name in [*FORMATS, "queryparam", "x"]} == {
        "": "a.b, c'd",
        "text": "a.b, c'd",
        "csv": "a.b,c'd",
        "raw": "a.b,c'd",
        "pipe": "a.b|c'd",
        "regex": "(a\\.b|c'd)",
        "glob": "{a.b,c'd}",
        "json": '["a.b","c\'d"]',
        "singlequote": "'a.b','c''d'",
        "sqlstring": "'a.b','c''d'",
        "doublequote": '"a.b","c\'d"',
        "percentencode": "a.b,c%27d",
        "queryparam": "var-v=a.b&var-v=c%27d",
        "x": None,
    }
    assert [formatted(one, "glob") for one in ("a", True, 1.5)] == ["a", "true", "1.5"]
