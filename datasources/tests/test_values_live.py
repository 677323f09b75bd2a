"""Every kind of value PostgreSQL can answer: it arrives exact, as itself or as PostgreSQL's own text, by both ways of asking."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, isnan
from typing import Any

import pytest

from datasources.base import CountQuery, Limits, Query, Sort, SqlQuery, TableQuery
from datasources.errors import QueryRefused
from datasources.executor import stream
from datasources.frame import Frame
from datasources.postgres import PostgresSource
from datasources.statement import Statement
from datasources.timerange import TimeRange
from datasources.values import CELL_CHARACTERS

EMOJI = "😀" * 15 + "x"
ODD_NAMES = ['q"x', "%s", "{0}", "a.b", "__proto__", "constructor", " ", "$1", ":v", "'; --", EMOJI]
ODD_TABLE = 'a"b%s{}'
ODD_COLUMNS = ", ".join('"{}" int DEFAULT {}'.format(name.replace('"', '""'), place) for place, name in enumerate(ODD_NAMES))
SETUP = f"""
CREATE SCHEMA odd;
CREATE TYPE odd.mood AS ENUM ('sad', 'ok, "fine"');
CREATE TYPE odd.pair AS (x int, y text);
CREATE DOMAIN odd.share AS numeric CHECK (VALUE < 2);
CREATE TABLE odd.own (mood odd.mood, pair odd.pair, share odd.share, moods odd.mood[], pairs odd.pair[], relation regclass);
INSERT INTO odd.own VALUES ('ok, "fine"', ROW(1, 'a,"b'), 1.50, '{{sad}}', ARRAY[ROW(1, NULL)::odd.pair], 'pg_class');
INSERT INTO odd.own DEFAULT VALUES;
CREATE TABLE odd."a""b%s{{}}" ({ODD_COLUMNS});
INSERT INTO odd."a""b%s{{}}" DEFAULT VALUES;
CREATE TABLE odd.long (id int, t text, j jsonb, b bytea);
INSERT INTO odd.long VALUES (1, repeat('é', 5000000), to_jsonb(repeat('j', 40000)), decode(repeat('ab', 40000), 'hex')), (2, 'short', '1', 'b');
CREATE TABLE odd.times AS SELECT g AS id, CASE g WHEN 3000 THEN 'infinity' ELSE timestamptz '2026-01-01Z' END AS at
    FROM generate_series(1, 3000) g;
CREATE TABLE odd.moments AS SELECT at FROM generate_series(timestamptz '2026-03-28 23:00Z', '2026-03-29 22:00Z', '1 hour') at;
GRANT USAGE ON SCHEMA odd TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA odd TO PUBLIC;
"""


@pytest.fixture(scope="module")
def odd_database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("odd_values", SETUP)


@pytest.fixture
def source(make_tenant: Callable[..., Any], odd_database: dict) -> PostgresSource:
    return PostgresSource(make_tenant("odd", odd_database, search_path="public, odd"))


@pytest.fixture(params=["run", "stream"])
def ask(request: pytest.FixtureRequest, source: PostgresSource) -> Callable[[Query], Frame]:
    """The first Frame, as a panel gets it or as an export does."""
    if request.param == "run":
        return lambda query: source.run({"q": query})["q"]
    return lambda query: next(iter(source.stream(query)))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


VALUES: dict[str, object] = {
    "NULL": None,
    "NULL::timestamptz": None,
    "NULL::inet": None,
    "'Infinity'::float8": inf,
    "'-Infinity'::float8": -inf,
    "'Infinity'::float4": inf,
    "'-Infinity'::numeric": Decimal("-Infinity"),
    "repeat('9', 1000)::numeric": Decimal("9" * 1_000),
    "1e-16383::numeric": Decimal("1E-16383"),
    "1.50::numeric(12, 2)": Decimal("1.50"),
    "9007199254740993": 9007199254740993,
    "(-9223372036854775807 - 1)": -(2**63),
    "0.1::float8 + 0.2": 0.1 + 0.2,
    "0.1::float4": 0.1,
    "16777217::float4": 16777216.0,
    "4000000000::oid": 4_000_000_000,
    "true": True,
    "'infinity'::text": "infinity",
    "'infinity'::timestamptz": "infinity",
    "'-infinity'::timestamp": "-infinity",
    "'-infinity'::date": "-infinity",
    "'0044-03-15 BC'::date": "0044-03-15 BC",
    "'0001-01-01 00:00+14'::timestamptz": "0001-12-31 10:00:00+00 BC",
    "'20000-01-01 00:00Z'::timestamptz": "20000-01-01 00:00:00+00",
    "'294276-12-31 23:59:59.999999'::timestamp": "294276-12-31 23:59:59.999999",
    "'2026-03-29'::date": date(2026, 3, 29),
    "'2026-03-29 02:30'::timestamp": datetime(2026, 3, 29, 2, 30),
    "'2026-03-29 02:30+02'::timestamptz": utc(2026, 3, 29, 0, 30),
    "'2026-01-01 00:00:00.12+05:30'::timestamptz": utc(2025, 12, 31, 18, 30, 0, 120_000),
    "'2026-12-31 23:59:60Z'::timestamptz": utc(2027, 1, 1),
    "'9999-12-31 23:59:59.999999Z'::timestamptz": utc(9999, 12, 31, 23, 59, 59, 999_999),
    "'24:00'::time": "24:00:00",
    "'24:00:00+15:59'::timetz": "24:00:00+15:59",
    "interval '-1 year 2 mons -3 days 04:05:06.789'": "-10 mons -3 days +04:05:06.789",
    "interval '0'": "00:00:00",
    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    """'{"a": [1, null], "a": "\\ud83d\\ude00"}'::json""": '{"a": [1, null], "a": "\\ud83d\\ude00"}',
    """'{"b": 1, "a": [1.0, null]}'::jsonb""": '{"a": [1.0, null], "b": 1}',
    "jsonb '1e400'": "1" + "0" * 400,
    "(repeat('[', 4000) || repeat(']', 4000))::json": "[" * 4_000 + "]" * 4_000,
    "ARRAY[[1, NULL], [3, 4]]": "{{1,NULL},{3,4}}",
    "'[2:3]={1,2}'::int[]": "[2:3]={1,2}",
    """ARRAY['a,b', '"', NULL, '']""": '{"a,b","\\"",NULL,""}',
    "ARRAY[0.1::float8 + 0.2, 'NaN']": "{0.30000000000000004,NaN}",
    "'[1,5)'::int4range": "[1,5)",
    "'empty'::int4range": "empty",
    "tstzrange('2026-01-01Z', 'infinity')": '["2026-01-01 00:00:00+00",infinity)',
    "'{[1,3),[5,)}'::int4multirange": "{[1,3),[5,)}",
    "12.5::money": "$12.50",
    "'\\xdead00ff'::bytea": "\\xdead00ff",
    "B'1010'": "1010",
    "'10.0.0.1'::inet": "10.0.0.1",
    "'10.0.0.0/8'::inet": "10.0.0.0/8",
    "'2001:db8::/32'::cidr": "2001:db8::/32",
    "'08:00:2b:01:02:03'::macaddr": "08:00:2b:01:02:03",
    "'x'::char(3)": "x  ",
    "'b'::\"char\"": "b",
    "point '(1,2.5)'": "(1,2.5)",
    "polygon '((0,0),(1,1),(0,1))'": "((0,0),(1,1),(0,1))",
    "to_tsvector('simple', 'fat cat')": "'cat':2 'fat':1",
    "ROW(1, 'x', NULL)": "(1,x,)",
    "E'\\x1b[31m\\u202e\\u200b\\t\\u0301'": "\x1b[31m\u202e\u200b\t\u0301",
    "'%s {0} $1 :v <b>'": "%s {0} $1 :v <b>",
}


@pytest.mark.parametrize("expression", VALUES)
def test_a_value_arrives_as_it_is(ask: Callable[[Query], Frame], expression: str) -> None:
    frame = ask(SqlQuery(text=f"SELECT {expression} AS v"))
    (value,) = frame.column("v")
    assert (type(value), value) == (type(VALUES[expression]), VALUES[expression])
    assert not frame.truncated_cells
    assert not frame.truncated


@pytest.mark.parametrize("kind", ["float8", "float4", "numeric"])
def test_not_a_number_is_one(ask: Callable[[Query], Frame], kind: str) -> None:
    assert isnan(ask(SqlQuery(text=f"SELECT 'NaN'::{kind} AS v")).column("v")[0])


def test_times_that_python_cannot_hold_stand_among_those_it_can(ask: Callable[[Query], Frame]) -> None:
    text = "SELECT * FROM (VALUES (timestamptz '2026-01-01Z'), (NULL), ('infinity'), ('2026-01-01 00:00:01.5Z')) AS t(at)"
    assert list(ask(SqlQuery(text=text)).column("at")) == [utc(2026, 1, 1), None, "infinity", utc(2026, 1, 1, 0, 0, 1, 500_000)]


def test_a_stream_goes_on_where_an_infinite_time_comes_late(source: PostgresSource) -> None:
    frames = list(source.stream(SqlQuery(text="SELECT * FROM odd.times ORDER BY id")))
    assert sum(frame.row_count for frame in frames) == 3_000
    assert frames[-1].column("at")[-2:] == [utc(2026, 1, 1), "infinity"]


def test_types_of_the_tenants_own(ask: Callable[[Query], Frame]) -> None:
    frame = ask(SqlQuery(text="SELECT * FROM odd.own"))
    first, empty = frame.rows()
    assert first == ('ok, "fine"', '(1,"a,""b")', Decimal("1.50"), "{sad}", '{"(1,)"}', "pg_class")
    assert empty == (None,) * 6


def test_a_whole_row_is_its_text(ask: Callable[[Query], Frame]) -> None:
    assert ask(SqlQuery(text="SELECT r FROM (SELECT mood, share FROM odd.own) r")).column("r")[0] == '("ok, ""fine""",1.50)'


@pytest.mark.parametrize("column", ["t", "j", "b"])
def test_a_long_cell_is_cut_on_the_server_and_flagged(ask: Callable[[Query], Frame], column: str) -> None:
    frame = ask(SqlQuery(text=f"SELECT {column} AS v FROM odd.long ORDER BY id"))
    long, short = frame.column("v")
    assert len(long) == CELL_CHARACTERS + 1
    assert long.endswith("…")
    assert len(short) < 10
    assert frame.truncated_cells


@pytest.mark.parametrize("text", ["SELECT 1 AS a WHERE false", "SELECT id AS a FROM odd.long WHERE t IS NULL"])
def test_no_rows_are_no_rows(ask: Callable[[Query], Frame], text: str) -> None:
    frame = ask(SqlQuery(text=text))
    assert (frame.names, frame.row_count, list(frame.rows())) == (["a"], 0, [])


def test_no_columns_are_no_columns(ask: Callable[[Query], Frame]) -> None:
    frame = ask(SqlQuery(text="SELECT FROM odd.long"))
    assert (frame.names, list(frame.rows())) == ([], [])


def test_every_column_has_a_name_of_its_own(ask: Callable[[Query], Frame]) -> None:
    text = f'SELECT 1 AS a, 2 AS a, 3, 4 AS a_2, 5 AS "__proto__", 6 AS "%", 7 AS "{EMOJI}", now() IS NULL'
    assert ask(SqlQuery(text=text)).names == ["a", "a_2", "column_3", "a_2_2", "__proto__", "%", EMOJI, "column_8"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_hostile_names_are_names(ask: Callable[[Query], Frame], source: PostgresSource, name: str) -> None:
    place = ODD_NAMES.index(name)
    columns = {name: name, "other": ODD_NAMES[place - 1]}
    query = TableQuery(table=ODD_TABLE, columns=columns, sort=Sort(name, descending=True), search=str(place), limit=5)
    frame = ask(query)
    assert frame.names == [name, "other"]
    assert list(frame.rows()) == [(place, (place - 1) % len(ODD_NAMES))]
    assert source.run({"n": CountQuery(of=query)})["n"].column("total")[0] == 1
    around = SqlQuery(text=f'SELECT * FROM odd."{ODD_TABLE.replace(chr(34), chr(34) * 2)}"', sort=Sort(name))
    assert ask(around).column(name)[0] == place


def test_too_many_columns_are_refused_and_the_most_are_not(ask: Callable[[Query], Frame]) -> None:
    columns = [f"{number} AS c{number}" for number in range(251)]
    assert len(ask(SqlQuery(text=f"SELECT {', '.join(columns[:250])}")).names) == 250
    with pytest.raises(QueryRefused, match="250"):
        ask(SqlQuery(text=f"SELECT {', '.join(columns)}"))


def test_rows_end_at_the_limit_and_say_so(source: PostgresSource) -> None:
    source.tenant.row_limit = 2_000
    exact, more = (SqlQuery(text=f"SELECT g FROM generate_series(1, {rows}) g") for rows in (2_000, 10_000_000))
    frames = source.run({"exact": exact, "more": more})
    assert [(frame.row_count, frame.truncated) for frame in frames.values()] == [(2_000, False), (2_000, True)]


@pytest.mark.parametrize("rows", [4_000, 4_001, 4_500])
def test_a_stream_ends_at_its_limit_and_says_so(source: PostgresSource, rows: int) -> None:
    limits = Limits(timeout_ms=5_000, rows=4_000, bytes=1_000_000)
    statement = Statement("SELECT g FROM generate_series(1, $1::int) g", (rows,))
    frames = list(stream(source.tenant, statement, limits))
    assert [value for frame in frames for value in frame.column("g")] == list(range(1, 4_001))
    assert frames[-1].truncated == (rows > 4_000)


@pytest.mark.parametrize("cell", ["repeat('x', 10000)", "power(10::numeric, 20000)", "to_json(repeat('x', 9999))"])
def test_bytes_end_at_the_limit_whatever_they_are_made_of(source: PostgresSource, settings: Any, cell: str) -> None:
    settings.PANEL_BYTE_LIMIT = 5_000_000
    frame = source.run({"q": SqlQuery(text=f"SELECT {cell} AS v FROM generate_series(1, 20000)")})["q"]
    assert frame.truncated
    assert 400 < frame.row_count < 2_000


def test_frames_of_a_stream_stay_small_where_cells_are_long(source: PostgresSource) -> None:
    columns = ", ".join(f"repeat('x', 10000) AS c{number}" for number in range(9))
    query = SqlQuery(text=f"SELECT {columns} FROM generate_series(1, 300)")
    frames = list(source.stream(query))
    assert sum(frame.row_count for frame in frames) == 300
    assert max(frame.row_count for frame in frames) * 90_000 < 20_000_000


def test_days_follow_the_tenants_zone_over_a_change_of_the_clock(source: PostgresSource) -> None:
    """The day on which Berlin's clocks go forward has 23 hours, and is one bucket."""
    source.tenant.time_zone = "Europe/Berlin"
    text = "SELECT $__timeGroup(at, '1d') AS day, count(*) AS hours FROM odd.moments GROUP BY 1 ORDER BY 1"
    frame = source.run({"q": SqlQuery(text=text, time_range=TimeRange(utc(2026, 3, 28), utc(2026, 3, 31)))})["q"]
    assert list(frame.rows()) == [(utc(2026, 3, 28, 23), 23), (utc(2026, 3, 29, 22), 1)]
