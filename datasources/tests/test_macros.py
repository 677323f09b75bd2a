"""Each macro against the text it becomes, and against a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from datasources.base import SqlQuery, SqlSeriesQuery
from datasources.compile.binding import expand
from datasources.compile.macros import Expansion, Group, read_group
from datasources.compile.parameters import Parameters
from datasources.compile.time_groups import groups_in
from datasources.errors import QueryRefused
from datasources.frame import rows_of, series_of
from datasources.postgres import PostgresSource
from datasources.timerange import Bucket, TimeRange

START = datetime(2018, 4, 12, 18, tzinfo=UTC)
STOP = START + timedelta(minutes=5)
RANGE = TimeRange(START, STOP)
FROM_S, TO_S = 1_523_556_000, 1_523_556_300
FROM_NS, TO_NS = FROM_S * 10**9, TO_S * 10**9
ORIGIN = "timestamptz '2000-01-03T00:00:00+00:00'"


def written(text: str, *, time_range: TimeRange = RANGE, zone: str = "UTC", **facts: Any) -> tuple[str, list[Any]]:
    parameters = Parameters()
    expansion = Expansion(parameters=parameters, time_range=time_range, zone=zone, interval_ms=60_000)
    return expand(text, expansion, variables=facts).text, parameters.values


EXPANDED = [
    ("$__time(at)", 'at AS "time"', []),
    ("$__timeEpoch(at)", 'extract(epoch from at) AS "time"', []),
    ("$__timeFilter(at)", "(at >= $1 AND at < $2)", [START, STOP]),
    ("$__timeFilter(date_trunc('day', at))", "(date_trunc('day', at) >= $1 AND date_trunc('day', at) < $2)", [START, STOP]),
    ("$__timeFrom()", "$1::timestamptz", [START]),
    ("$__timeTo()", "$1::timestamptz", [STOP]),
    ("$__timeGroup(at, '5m')", f"date_bin(interval '300 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at,5m)", f"date_bin(interval '300 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at, '5m', NULL)", f"date_bin(interval '300 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at, '5m', previous)", f"date_bin(interval '300 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at, '5m', 0)", f"date_bin(interval '300 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at, $__interval)", f"date_bin(interval '60 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at, '$__interval')", f"date_bin(interval '60 seconds', (at)::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(f(at, 1), '1h')", f"date_bin(interval '3600 seconds', (f(at, 1))::timestamptz, {ORIGIN})", []),
    ("$__timeGroup(at, '1d')", "date_trunc('day', (at)::timestamptz, 'UTC')", []),
    ("$__timeGroup(at, '1y')", "date_trunc('year', (at)::timestamptz, 'UTC')", []),
    (
        "$__timeGroup(at, '2w')",
        "(date_bin(interval '14 days', (at)::timestamptz AT TIME ZONE 'UTC', timestamp '2000-01-03') AT TIME ZONE 'UTC')",
        [],
    ),
    ("$__timeGroupAlias(at, '1d')", "date_trunc('day', (at)::timestamptz, 'UTC') AS \"time\"", []),
    ("$__timeGroupAlias(at, '1d', 0)", "date_trunc('day', (at)::timestamptz, 'UTC') AS \"time\"", []),
    ("$__unixEpochFilter(at)", "(at >= $1::bigint AND at < $2::bigint)", [FROM_S, TO_S]),
    ("$__unixEpochFrom()", "$1::bigint", [FROM_S]),
    ("$__unixEpochTo()", "$1::bigint", [TO_S]),
    ("$__unixEpochNanoFilter(at)", "(at >= $1::bigint AND at < $2::bigint)", [FROM_NS, TO_NS]),
    ("$__unixEpochNanoFrom()", "$1::bigint", [FROM_NS]),
    ("$__unixEpochNanoTo()", "$1::bigint", [TO_NS]),
    ("$__unixEpochGroup(at, '5m')", "floor((at)/300)*300", []),
    ("$__unixEpochGroup(at, '1d')", "extract(epoch from date_trunc('day', (to_timestamp(at))::timestamptz, 'UTC'))", []),
    ("$__unixEpochGroupAlias(at, '5m', NULL)", 'floor((at)/300)*300 AS "time"', []),
    ("$__interval_ms", "60000", []),
    ("$__interval", "'1m'", []),
    ("${__interval} '${__interval_ms}'", "'1m' '60000'", []),
    ("host IN (:shift) AND $__timeFilter(at)", "host IN ($1) AND (at >= $2 AND at < $3)", ["1 h", START, STOP]),
    ("interval '$__interval'", "interval '1m'", []),
    ("E'$__interval' || $q$$__interval_ms$q$", "E'1m' || $q$60000$q$", []),
    ("$__timeFilter(at) -- $__timeFilter(at) $__interval", "(at >= $1 AND at < $2) -- $__timeFilter(at) $__interval", [START, STOP]),
    ("'$__timeFilter(at)' /* $__no /* such */ $__macro */", "'$__timeFilter(at)' /* $__no /* such */ $__macro */", []),
    ("$__timeFilter(at + :shift)", "(at + $1 >= $2 AND at + $1 < $3)", ["1 h", START, STOP]),
    ("$__time($__timeGroup(at, '1d'))", "date_trunc('day', (at)::timestamptz, 'UTC') AS \"time\"", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "bound"), EXPANDED, ids=[case[0] for case in EXPANDED])
def test_each_macro_becomes_its_text_and_what_it_binds(text: str, expected: str, bound: list[Any]) -> None:
    assert written(text, shift="1 h") == (expected, bound)


GROUP = "date_trunc('day', (at)::timestamptz, 'UTC')"
NAMED = f'{GROUP} AS "time"'
LISTED = [
    ("SELECT $__timeGroup(at,'1d'), n", f"SELECT {NAMED}, n"),
    ("select distinct $__timeGroup(at,'1d'), n", f"select distinct {NAMED}, n"),
    ("SELECT n, $__timeGroup(at,'1d'), m FROM t", f"SELECT n, {NAMED}, m FROM t"),
    ("SELECT $__timeGroup(at,'1d', 0), n", f"SELECT {NAMED}, n"),
    ("SELECT $__timeGroup(at,'1d') , n", f"SELECT {GROUP} , n"),
    ("SELECT $__timeGroup(at,'1d') AS day, n", f"SELECT {GROUP} AS day, n"),
    ("SELECT n, $__timeGroup(at,'1d') FROM t", f"SELECT n, {GROUP} FROM t"),
    ("SELECT n FROM t GROUP BY $__timeGroup(at,'1d'), n", f"SELECT n FROM t GROUP BY {GROUP}, n"),
    ("SELECT n FROM t ORDER BY $__timeGroup(at,'1d'), n", f"SELECT n FROM t ORDER BY {GROUP}, n"),
    ("SELECT f($__timeGroup(at,'1d'), n), m", f"SELECT f({GROUP}, n), m"),
    ("SELECT ARRAY[$__timeGroup(at,'1d'), n], m", f"SELECT ARRAY[{GROUP}, n], m"),
    ("SELECT now() - $__timeGroup(at,'1d'), m", f"SELECT now() - {GROUP}, m"),
    ("SELECT (SELECT max(a) FROM t), $__timeGroup(at,'1d'), m", f"SELECT (SELECT max(a) FROM t), {NAMED}, m"),
    ("SELECT 1 FROM (SELECT $__timeGroup(at,'1d'), n) q", f"SELECT 1 FROM (SELECT {NAMED}, n) q"),
    ("SELECT extract(day FROM at), $__timeGroup(at,'1d'), n", f"SELECT extract(day FROM at), {NAMED}, n"),
    ('SELECT "from", $__timeGroup(at,\'1d\'), n', f'SELECT "from", {NAMED}, n'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LISTED, ids=[case[0] for case in LISTED])
def test_a_group_before_a_comma_is_called_time_among_what_is_selected_and_nowhere_else(text: str, expected: str) -> None:
    assert written(text) == (expected, [])


def test_days_are_those_of_the_tenants_zone() -> None:
    assert written("$__timeGroup(at, '1d')", zone="Asia/Kathmandu")[0] == "date_trunc('day', (at)::timestamptz, 'Asia/Kathmandu')"


def test_an_open_end_does_not_filter() -> None:
    text = "$__timeFilter(at) AND $__unixEpochFilter(at) AND $__unixEpochNanoFilter(at)"
    assert written(text, time_range=TimeRange(START, None)) == (
        "(at >= $1) AND (at >= $2::bigint) AND (at >= $3::bigint)", [START, FROM_S, FROM_NS],
    )  # fmt: skip
    assert written(text, time_range=TimeRange()) == ("TRUE AND TRUE AND TRUE", [])


def test_a_part_of_a_second_counts_at_both_ends() -> None:
    half = timedelta(milliseconds=500)
    assert written("$__unixEpochFilter(at)", time_range=TimeRange(START + half, STOP + half))[1] == [FROM_S, TO_S + 1]
    assert written("$__unixEpochNanoTo()", time_range=TimeRange(START, STOP + half))[1] == [TO_NS + 500_000_000]


REFUSED = {
    "unknown": "$__timeSince(at)",
    "no brackets": "$__timeFilter at",
    "not closed": "$__timeFilter(at",
    "no column": "$__timeFilter()",
    "two columns": "$__time(a, b)",
    "no interval": "$__timeGroup(at)",
    "no such interval": "$__timeGroup(at, '5 parsecs')",
    "an interval that is none": "$__timeGroup(at, '0m')",
    "SQL for an interval": "$__timeGroup(at, '1h'' OR 1=1')",
    "SQL for a fill": "$__timeGroup(at, '1h', 0 OR TRUE)",
    "a word for a fill": "$__timeGroup(at, '1h', linear)",
    "too many arguments": "$__timeGroup(at, '1h', 0, 1)",
    "several months": "$__timeGroup(at, '3M')",
    "too many days": "$__timeGroup(at, '999999d')",
    "very deep": "$__time(" * 60 + "at" + ")" * 60,
    "a numbered parameter": "$__timeFilter($1)",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_macro_is_refused_in_words(text: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        written(text)
    assert str(refused.value.sentence)


@pytest.mark.parametrize("text", ["$__timeFrom()", "$__timeTo()", "$__unixEpochFrom()", "$__unixEpochNanoTo()"])
def test_an_end_that_is_open_is_not_there(text: str) -> None:
    with pytest.raises(QueryRefused, match="both ends"):
        written(text, time_range=TimeRange())


@pytest.mark.parametrize("text", ["$__interval", "$__interval_ms", "'$__interval'", "$__timeGroup(at, $__interval)"])
def test_an_interval_needs_a_range(text: str) -> None:
    with pytest.raises(QueryRefused, match="both ends"):
        expand(text, Expansion(parameters=Parameters(), time_range=TimeRange(), zone="UTC"), variables={})


@pytest.mark.parametrize(
    ("text", "fill"), [("NULL", "null"), ("null", "null"), ("previous", "previous"), ("'previous'", "previous"), ("-1.5", -1.5)]
)
def test_a_fill_is_null_previous_or_a_number(text: str, fill: float | str) -> None:
    assert read_group(["at", "'5m'", text]) == Group("at", Bucket(5, "minute"), fill)


def test_groups_are_found_as_they_are_written_and_not_in_comments() -> None:
    text = "SELECT $__unixEpochGroup(s, $__interval, 0) -- $__timeGroup(at, '1h')\n, $__timeGroupAlias(at, '1d') WHERE $__timeFilter(at)"
    assert groups_in(text, 120_000) == (
        Group("s", Bucket(2, "minute"), 0.0, of_epochs=True), Group("at", Bucket(1, "day")),
    )  # fmt: skip
    assert groups_in(text) == ()
    assert groups_in("SELECT 1") == ()


@pytest.fixture
def source(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> PostgresSource:
    """A row a minute from 17:58 on, numbered, by its time and by its seconds and nanoseconds since 1970; none at 18:02."""
    admin_sql(
        acme_database,
        f"""
        DROP TABLE IF EXISTS stamped;
        CREATE TABLE stamped (n int, at timestamptz, s bigint, ns bigint);
        INSERT INTO stamped SELECT n, to_timestamp({FROM_S} + n * 60), {FROM_S} + n * 60, ({FROM_S} + n * 60) * 1000000000::bigint
        FROM generate_series(-2, 7) n WHERE n <> 2;
        """,
    )
    return PostgresSource(acme)


ANSWERS = [
    ("SELECT count(*) FROM stamped WHERE $__timeFilter(at)", [4]),
    ("SELECT count(*) FROM stamped WHERE at BETWEEN $__timeFrom() AND $__timeTo()", [5]),
    ("SELECT count(*) FROM stamped WHERE at >= $__timeFrom()::timestamptz", [7]),
    ("SELECT $__timeFrom()", [START]),
    ("SELECT count(*) FROM generate_series($__timeFrom(), $__timeTo(), '1 min')", [6]),
    ("SELECT $__timeTo()::timestamptz - $__timeFrom()::timestamptz = interval '5 min'", [True]),
    ("SELECT count(*) FROM stamped WHERE $__unixEpochFilter(s)", [4]),
    ("SELECT count(*) FROM stamped WHERE s > $__unixEpochFrom() AND s <= $__unixEpochTo()", [4]),
    ("SELECT count(*) FROM stamped WHERE $__unixEpochNanoFilter(ns)", [4]),
    ("SELECT $__unixEpochNanoTo() - $__unixEpochNanoFrom()", [300 * 10**9]),
    ("SELECT $__time(at) FROM stamped WHERE n = 0", [START]),
    ("SELECT $__timeEpoch(at) FROM stamped WHERE n = 0", [FROM_S]),
    ("SELECT $__timeGroup(at, '2m') FROM stamped WHERE n = 3", [START + timedelta(minutes=2)]),
    ("SELECT DISTINCT $__timeGroup(at, $__interval) FROM stamped WHERE $__timeFilter(at) ORDER BY 1 LIMIT 1", [START]),
    ("SELECT count(*) FROM stamped WHERE $__timeFilter(at) GROUP BY $__timeGroup(at, '5m'), n > 3 ORDER BY 1", [1, 3]),
    ("SELECT DISTINCT $__unixEpochGroup(s, '5m') FROM stamped WHERE $__unixEpochFilter(s)", [FROM_S]),
    ("SELECT DISTINCT $__unixEpochGroup(s, '1d') FROM stamped", [FROM_S - 18 * 3_600]),
    ("SELECT $__interval_ms / 1000", [60]),
    ("SELECT interval '$__interval' = interval '1 min'", [True]),
    ("SELECT $__interval::interval = interval '1 min'", [True]),
    ("SELECT time FROM (SELECT $__timeGroup(at, '1h'), n FROM stamped) q WHERE n = 4", [START]),
]


@pytest.mark.parametrize(("text", "expected"), ANSWERS, ids=[case[0] for case in ANSWERS])
def test_each_macro_means_in_the_database_what_it_says(source: PostgresSource, text: str, expected: list[Any]) -> None:
    answered = rows_of(source.run({"q": SqlQuery(text=text, time_range=RANGE, interval_ms=60_000)}), "q")
    assert list(answered.values[0]) == expected


POINTS = [
    "SELECT $__timeGroup(at, '1m'), n AS value FROM stamped WHERE $__timeFilter(at)",
    "SELECT $__timeGroupAlias(at, '1m'), avg(n) AS value FROM stamped WHERE $__timeFilter(at) GROUP BY 1",
    "SELECT $__time(at), n FROM stamped WHERE $__timeFilter(at)",
    "SELECT $__timeEpoch(at), n FROM stamped WHERE $__timeFilter(at)",
    "SELECT s AS time, n FROM stamped WHERE $__unixEpochFilter(s)",
    "SELECT s * 1000 AS time, n FROM stamped WHERE $__unixEpochFilter(s)",
    "SELECT ns AS time, n FROM stamped WHERE $__unixEpochNanoFilter(ns)",
    "SELECT $__unixEpochGroupAlias(s, '1m'), avg(n) FROM stamped WHERE $__unixEpochFilter(s) GROUP BY 1",
]


@pytest.mark.parametrize("text", POINTS)
def test_points_come_by_whatever_macro(source: PostgresSource, text: str) -> None:
    (series,) = series_of(source.run({"q": SqlSeriesQuery(text=text, time_range=RANGE)}), "q").series
    assert (series.times.tolist(), series.values.tolist()) == ([FROM_S + n * 60 for n in (0, 1, 3, 4)], [0, 1, 3, 4])


NAMED_SERIES = [
    ("1 AS value, 'a' AS metric", ["a"]),
    ("1 AS cpu, 2 AS mem", ["cpu", "mem"]),
    ("1 AS cpu, 2 AS mem, 'a' AS metric", ["cpu a", "mem a"]),
    ("1 AS value, 'web' AS host", ["web"]),
    ("1 AS value, 'web' AS host, 'eu' AS region", ["web eu"]),
    ("1 AS load, 'a' AS metric, 'web' AS host", ["a web"]),
    ("1 AS load", ["default"]),
]


@pytest.mark.parametrize(("columns", "names"), NAMED_SERIES, ids=[case[0] for case in NAMED_SERIES])
def test_series_are_named_as_grafana_names_them(source: PostgresSource, columns: str, names: list[str]) -> None:
    frame = series_of(source.run({"q": SqlSeriesQuery(text=f"SELECT now() AS time, {columns}", time_range=RANGE)}), "q")
    assert [series.label for series in frame.series] == names
