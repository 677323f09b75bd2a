"""Whatever people type as names, texts and values: it stays within a quoted name or a bound value."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import psycopg
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from psycopg import sql as composed

from datasources.base import Aggregate, Query, SeriesQuery, Sort, SqlQuery, TableQuery
from datasources.catalogue import Catalogue, Table, TableColumn, invalidate
from datasources.compile.queries import _sql
from datasources.compile.structured import TableSql, rows_sql, series_sql
from datasources.errors import QueryFailed, QueryRefused
from datasources.frame import Column, series_of
from datasources.guard import Policy, check
from datasources.guard.parser import single_select
from datasources.guard.tree import flatten
from datasources.postgres import PostgresSource
from datasources.timerange import Bucket, TimeRange
from tenants.models import Tenant

START = datetime(2026, 3, 1, tzinfo=UTC)
WEEK = TimeRange(START, START + timedelta(days=7))
QUOTED = re.compile(r'"(?:[^"]|"")*"')
PIECES = (
    "'", "''", '"', '""', "\\", "\\'", "--", "/*", "*/", ";", "$$", "$a$", "$1", ":v", "::", "%", "_", "%s", "{}", "(", ")",
    " ", "\n", ",", "E'", "U&'", 'U&"', "\\0022", "id", "at", "1", "=", "OR", "AND", "NOT", "IN", "UNION", "SELECT", "FROM",
    "pg_roles", "LIMIT", "ORDER BY", "DESC", "NULLS LAST", "$__timeFilter(", "$__timeFrom()", "[", "]", "\x00", "é", "😀", "lower(",
)  # fmt: skip
SYSTEM = {"tableoid", "xmin", "xmax", "cmin", "cmax", "ctid"}  # every table has columns of these names
soup = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
harmless = st.sampled_from(["id = 1", "at IS NULL", "$__timeFilter(at)", "id IN (:v, 'x')", "lower(id) LIKE :v || '%'"])
clean = soup.map(lambda text: text.replace("\0", ""))
literals = clean.map(lambda text: text.replace("'", "''")).map("id = '{}'".format) | clean.map("id = $q${}$q$".format)
conditions = st.lists(harmless | literals, min_size=1, max_size=3).map(" OR ".join)
endings = st.just("") | soup | soup.map(" -- {}".format) | soup.map(" /* {} */".format)
texts = soup | st.text(max_size=60)
names = texts.filter(lambda name: 0 < len(name.encode()) <= 63 and "\0" not in name)
lists_of_names = st.lists(names, min_size=4, max_size=4, unique=True)
quick = settings(max_examples=200, derandomize=True)
live = settings(max_examples=40, derandomize=True)


def table_sql(schema: str, table: str, columns: list[str], *, indexed: bool = False) -> TableSql:
    known = {name: TableColumn(name, "text", leads_index=indexed, is_key=name == columns[0]) for name in columns}
    found = Table(schema, table, False, 10, known)
    return TableSql(
        found, Catalogue({(schema, table): found}, {"function": frozenset(), "enum": frozenset()}, frozenset()), "UTC"
    )


def skeleton(text: str) -> str:
    """A statement without its quoted names."""
    return QUOTED.sub('""', text)


def names_in(text: str) -> set[str]:
    """All names a statement mentions, as the parser reads them."""
    nodes = flatten("SelectStmt", single_select(text)[1])
    return set(_strings([node.fields for node in nodes if node.kind in {"ColumnRef", "RangeVar", "ResTarget"}]))


def _strings(value: Any) -> Iterator[str]:
    """The texts in a tree that name something: `sval` of a String, names of relations and of results."""
    if isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in {"sval", "relname", "schemaname", "name"} and isinstance(item, str):
                yield item
            yield from _strings(item)


def is_one_plain_select(text: str, *clauses: str) -> bool:
    """One SELECT without a set operation or WITH, with one relation or sub-query in FROM, and these clauses and no others."""
    _, select = single_select(text)
    known = {"targetList", "fromClause", "limitOption", "op", *clauses}
    return set(select) == known and select["op"] == "SETOP_NONE" and len(select["fromClause"]) == 1


@quick
@given(lists_of_names, names, names, texts, lists_of_names, st.booleans(), st.integers(0, 9))
@example(["a", "b", "c", "d"], "s", "t", "'; --", ['"', "''", "--", "/*"], True, 3)
def test_names_and_searched_texts_in_a_table(
    columns: list[str], schema: str, table: str, search: str, labels: list[str], descending: bool, offset: int
) -> None:
    def compiled(columns: list[str], schema: str, table: str, search: str, labels: list[str]) -> tuple[str, list[Any]]:
        query = TableQuery(
            table=table, columns=dict(zip(labels, columns, strict=True)), sort=Sort(labels[1], descending), search=search,
            limit=7, offset=offset,
        )  # fmt: skip
        sql = table_sql(schema, table, columns)
        return rows_sql(query, sql), sql.parameters.values

    assume(search)
    text, values = compiled(columns, schema, table, search, labels)
    plain, plain_values = compiled(["a", "b", "c", "d"], "s", "t", "x", ["k", "l", "m", "n"])
    assert skeleton(text) == skeleton(plain)
    assert values[1:] == plain_values[1:]
    assert re.sub(r"\\(.)", r"\1", values[0], flags=re.DOTALL) == f"%{search}%"
    assert names_in(text) - {"text", "int8", "~~*", "pg_catalog"} == {*columns, *labels, schema, table}
    assert is_one_plain_select(text, "whereClause", "sortClause", "limitCount", *(["limitOffset"] if offset else []))
    if not any(name.startswith("pg_") or name == "information_schema" for name in (schema, table)):
        check(text, Policy(relations=frozenset({(schema, table)})), allow_parameters=True)


@quick
@given(
    lists_of_names, names, st.sampled_from(get_args(Aggregate)), st.booleans(), st.booleans(),
    st.sampled_from([None, Bucket(1, "hour"), Bucket(1, "day")]), st.sampled_from([WEEK, TimeRange(), TimeRange(START)]),
)  # fmt: skip
def test_names_in_a_series(
    columns: list[str],
    table: str,
    aggregate: Aggregate,
    labelled: bool,
    indexed: bool,
    bucket: Bucket | None,
    time_range: TimeRange,
) -> None:
    def compiled(columns: list[str], table: str) -> str:
        query = SeriesQuery(
            table=table, timestamp=columns[0], value=columns[1], label=columns[2] if labelled else None, time_range=time_range,
            aggregate=aggregate, bucket=bucket, limit=9,
        )  # fmt: skip
        return series_sql(query, table_sql("s", table, columns, indexed=indexed))

    text = compiled(columns, table)
    assert skeleton(text) == skeleton(compiled(["a", "b", "c", "d"], "t"))
    assert {*columns[: 2 + labelled], table} <= names_in(text)
    if not table.startswith("pg_") and table != "information_schema":
        check(text, Policy(relations=frozenset({("s", table)})), allow_parameters=True)


@settings(quick, max_examples=1_000)
@given(
    soup | st.builds(str.__add__, conditions, endings),
    st.builds(str.__add__, st.sampled_from(["", "id", "id, at DESC"]), endings),
    st.just("x"),
)
@example("id = 1) OR (1 = 1", "", "x")
@example("id = 1 -- ", "id -- ", "x")
@example("id = 1 /*", "id /*", "x")
@example("id = $1", "id LIMIT 1", "x")
@example("id = '", "id '", "x")
@example("at::text = $a$) OR $__timeFilter(at) $a$", "lower(id) DESC", "x")
def test_a_condition_stays_within_its_brackets(where: str, order_by: str, search: str) -> None:
    """It is refused, or the statement has the clauses it had: a search, an order and a page of ours."""
    sql = table_sql("s", "t", ["id", "at", "c", "d"])
    query = TableQuery(
        table="t", columns={"id": "id"}, where=where, order_by=order_by, search=search, limit=7, time_range=WEEK,
        time_column="at", variables={"v": "'); DROP TABLE t; --"},
    )  # fmt: skip
    try:
        text = rows_sql(query, sql)
    except QueryRefused:
        return
    assert is_one_plain_select(text, "whereClause", "sortClause", "limitCount")
    condition = single_select(text)[1]["whereClause"]["BoolExpr"]
    assert condition["boolop"] == "AND_EXPR"
    assert names_in(text) <= {
        "s",
        "t",
        "id",
        "at",
        "c",
        "d",
        "text",
        "timestamptz",
        "int8",
        "pg_catalog",
        "lower",
        "~~*",
        *PIECES,
    }
    check(text, Policy(relations=frozenset({("s", "t")})), allow_parameters=True)


@quick
@given(conditions)
def test_what_is_well_written_is_accepted(where: str) -> None:
    """Else the test above would try nothing."""
    query = TableQuery(table="t", columns={"id": "id"}, where=where, time_range=WEEK, variables={"v": 1})
    assert is_one_plain_select(rows_sql(query, table_sql("s", "t", ["id", "at"])), "whereClause")


@settings(quick, max_examples=1_000)
@given(soup | st.builds("SELECT id AS a FROM t WHERE {}{}".format, conditions, endings), names, texts, st.text(max_size=20))
@example("SELECT 1 --", "a", "x", "y")
@example("SELECT 1 /*", "a", "x", "y")
@example("SELECT 1) AS q; DROP TABLE t; SELECT * FROM (SELECT 1", "a", "x", "y")
@example("SELECT ':v' || :v AS a -- :v", "a", "x", "'")
@example("SELECT $a$ :v $a$, E'\\' :v', \":v\", :v::text FROM t", 'a"', "%", "'")
def test_what_is_laid_around_sql_stays_around_it(text: str, sort: str, search: str, value: str) -> None:
    assume(search)
    query = SqlQuery(text=text, variables={"v": value}, sort=Sort(sort), search=search, limit=3, offset=2, time_range=WEEK)
    try:
        statement = _sql(query, "UTC", columns=[Column(sort, "text")])
    except QueryRefused:
        return
    assert is_one_plain_select(statement.sql, "whereClause", "sortClause", "limitCount", "limitOffset")
    assert statement.parameters[-2:] == (3, 2)
    assert sum(parameter is value for parameter in statement.parameters[:-3]) <= 1


@quick
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), texts, min_size=3))
def test_a_variables_value_is_bound_and_never_written(variables: dict[str, str]) -> None:
    text = "SELECT :a AS x, ':b' AS y, :c || :a AS z -- :b"
    statement = _sql(SqlQuery(text=text, variables=variables), "UTC")
    assert statement.sql == "SELECT $1 AS x, ':b' AS y, $2 || $1 AS z -- :b"
    assert statement.parameters == (variables["a"], variables["c"])


@pytest.fixture
def ask(acme: Tenant) -> Callable[[Query], list[tuple[Any, ...]]]:
    return lambda query: list(PostgresSource(acme).run({"q": query})["q"].rows())


@live
@given(texts.filter(lambda text: "\0" not in text))
@example("%_\\")
@example("'; DROP TABLE t; --")
def test_a_value_comes_back_as_it_went(ask: Callable[[Query], list], value: str) -> None:
    query = SqlQuery(text="SELECT :v::text AS v, length(:v::text) AS n", variables={"v": value}, search=value)
    assert ask(query) == [(value, len(value))]


@live
@given(st.tuples(texts, texts).map("\0".join))
@example("\0")
def test_a_nul_is_refused_in_words(ask: Callable[[Query], list], value: str) -> None:
    with pytest.raises((QueryRefused, QueryFailed)):
        ask(SqlQuery(text="SELECT :v::text AS v", variables={"v": value}))


@live
@given(names, lists_of_names, lists_of_names)
@example("t", ["value", "timestamp", "label", "at"], ["timestamp", "value", "at", "label"])
def test_a_table_of_any_name_is_read(
    acme: Tenant, acme_database: dict, embedded_server: Any, table: str, columns: list[str], labels: list[str]
) -> None:
    """Rows 1 and 2, of which each column has the opposite order of the one before."""
    assume(not table.startswith("pg_") and table != "information_schema" and not SYSTEM & set(columns))
    query = TableQuery(
        table=table, columns=dict(zip(labels, columns, strict=True)), sort=Sort(labels[2], descending=True), search="3"
    )
    with psycopg.connect(embedded_server.url(acme_database["database"]), autocommit=True) as owner:
        name = composed.Identifier("public", table)
        fields = composed.SQL(", ").join(composed.SQL("{} int").format(composed.Identifier(column)) for column in columns)
        owner.execute(composed.SQL("CREATE TABLE {} ({})").format(name, fields))
        owner.execute(composed.SQL("INSERT INTO {} VALUES (31, 34, 31, 34), (34, 31, 34, 31)").format(name))
        invalidate(acme)
        try:
            assert list(PostgresSource(acme).run({"q": query})["q"].rows()) == [(34, 31, 34, 31), (31, 34, 31, 34)]
        finally:
            owner.execute(composed.SQL("DROP TABLE {}").format(name))


def test_points_are_in_order_of_time_whatever_its_column_is_called(
    acme: Tenant, acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    rows = "SELECT timestamptz '2026-03-01Z' + n * interval '1 s', -n FROM generate_series(1, 3) n"
    admin_sql(acme_database, f"CREATE TABLE backwards (value, timestamp) AS {rows}; GRANT SELECT ON backwards TO PUBLIC")
    try:
        for time_range in (TimeRange(), WEEK):
            query = SeriesQuery(table="backwards", timestamp="value", value="timestamp", time_range=time_range, limit=9)
            (series,) = series_of(PostgresSource(acme).run({"q": query}), "q").series
            assert series.values.tolist() == [-1, -2, -3]
    finally:
        admin_sql(acme_database, "DROP TABLE backwards")
