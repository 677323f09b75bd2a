"""A mistake in SQL is shown where its author made it, whatever macros and variables became."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.base import SqlQuery
from datasources.compile import validate
from datasources.compile.text import Replacing, rewrite
from datasources.errors import QueryFailed, QueryRefused, SourceError
from datasources.origin import line_and_column, position
from datasources.postgres import PostgresSource
from datasources.timerange import TimeRange

HERE = "«»"
START = datetime(2026, 3, 1, tzinfo=UTC)
RANGE = TimeRange(START, START + timedelta(hours=1))
MACROS = "$__timeGroup(at, '5m', 0), $__timeFilter(at), :host::text, $__interval, '$__interval'"

# What is refused, by its place: it stands where the sign is.
REFUSED = {
    "a syntax error": f"SELECT {MACROS} FRM «»stamps",
    "on another line": f"SELECT 1,\n  {MACROS},\n  ( 2 + «»)",
    "a function": f"SELECT {MACROS},\n «»pg_sleep(1)",
    "after wide signs": "SELECT 'Ärger 🙂', :host::text, «»pg_sleep(1)",
    "a table that may not be read": f"SELECT {MACROS} FROM «»pg_authid",
    "a second statement": "SELECT :host::text; «»SELECT 2",
    "an unknown macro": f"SELECT {MACROS}, «»$__nothing(at)",
    "a macro that is not closed": f"SELECT {MACROS},\n «»$__timeFilter(at",
    "in a macro's brackets": f"SELECT {MACROS}, «»$__timeGroup(at, 'x')",
    "in a macro in a macro": f"SELECT {MACROS}, «»$__time($__timeGroup(at, 'x'))",
    "a variable without a value": f"SELECT {MACROS}, «»:nobody::text",
    "a number for a parameter": "SELECT :host::text, «»$1",
}
FAILED = {
    "an unknown column": f"SELECT at, {MACROS}, «»nothing FROM stamps",
    "of a table": f"SELECT {MACROS}, «»s.nothing FROM stamps s",
    "a function that does not fit": f"SELECT {MACROS}, «»upper(1) FROM stamps",
    "a type": f"SELECT {MACROS} FROM stamps WHERE $__timeFilter(at) AND «»n",
    "a value": "SELECT :host::text, «»'x'::int FROM stamps",
    "what a macro became": "SELECT 1, «»$__timeGroup(n, '5m') FROM stamps",
    "not grouped": "SELECT $__timeGroup(at, '5m') AS time, «»n FROM stamps WHERE $__timeFilter(at) GROUP BY 1",
}


@pytest.fixture
def source(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> PostgresSource:
    admin_sql(acme_database, "DROP TABLE IF EXISTS stamps; CREATE TABLE stamps (at timestamptz, n int)")
    return PostgresSource(acme)


def mistake(source: PostgresSource, marked: str, **facts: Any) -> SourceError:
    text = marked.replace(HERE, "")
    query = SqlQuery(text=text, time_range=RANGE, variables={"host": "a"}, interval_ms=60_000, **facts)
    with pytest.raises((QueryRefused, QueryFailed)) as caught:
        source.describe(query)
    return caught.value


@pytest.mark.parametrize("marked", [*REFUSED.values(), *FAILED.values()], ids=[*REFUSED, *FAILED])
@pytest.mark.parametrize("limit", [None, 10])
def test_a_mistake_is_where_it_was_made(source: PostgresSource, marked: str, limit: int | None) -> None:
    assert mistake(source, marked, limit=limit).at == marked.index(HERE)


def test_the_words_for_it_say_the_same_place(source: PostgresSource) -> None:
    marked = f"SELECT 1,\n  {MACROS}, «»pg_sleep(1)"
    line, column = line_and_column(marked, marked.index(HERE))
    assert mistake(source, marked).detail.startswith(f"line {line}, column {column}: ")


def test_it_is_there_too_when_the_panel_is_saved() -> None:
    marked = f"SELECT {MACROS}, «»pg_sleep(1)"
    query = SqlQuery(text=marked.replace(HERE, ""), time_range=RANGE, variables={"host": "a"}, interval_ms=60_000)
    with pytest.raises(QueryRefused) as refused:
        validate(query)
    assert refused.value.at == marked.index(HERE)
    assert position(query.text, marked.index(HERE)) in refused.value.detail


def test_a_right_query_says_what_it_answers_and_runs_nothing(source: PostgresSource) -> None:
    text = "SELECT at, n / 0 AS never FROM stamps"
    assert [column.name for column in source.describe(SqlQuery(text=text))] == ["at", "never"]


@given(st.lists(st.sampled_from(["a ", ":x", "\n", "$__m(1)", "'$__interval'", "🙂", "-- :x\n", "(", "$y "]), max_size=12))
def test_what_was_not_replaced_is_found_again(pieces: list[str]) -> None:
    text = " ".join(pieces)
    replacing = Replacing({"m": lambda arguments: "a long text"}, lambda name, format: "$1", lambda word: "1m")
    rewritten = rewrite(text, replacing)
    for at, sign in enumerate(rewritten.text):
        origin = rewritten.origin(at)
        assert 0 <= origin < len(text)
        assert sign == text[origin] or sign not in "🙂\n"
