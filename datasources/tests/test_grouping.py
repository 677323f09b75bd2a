"""Which SQL may be put together from whole buckets, and which may not."""

import pytest

from datasources.compile.grouping import grouping_of, variables_of_condition
from datasources.compile.steady import names_the_hour
from datasources.timerange import Bucket

PLAIN = "SELECT $__timeGroup(at, '1h') AS time, avg(load) FROM points WHERE $__timeFilter(at) GROUP BY 1"

GROUPED = [
    PLAIN,
    f"{PLAIN};",
    f"-- load by hour\n{PLAIN} ORDER BY 1 DESC",
    PLAIN.replace("GROUP BY 1", "GROUP BY time"),
    PLAIN.replace("GROUP BY 1", "GROUP BY $__timeGroup(at, 1h)"),
    PLAIN.replace("GROUP BY 1", "GROUP BY 1 HAVING count(*) > 3"),
    "SELECT host, $__timeGroup(p.at, '1h') AS time, max(load) AS value FROM public.points p WHERE $__timeFilter(p.at) GROUP BY host, 2",
    "SELECT $__timeGroup(at, '1h'), host, sum(load) FROM points WHERE $__timeFilter(at) GROUP BY 1, host",
    "SELECT $__timeGroup(at, '1h') AS t, count(*) FROM points WHERE host = :host AND $__timeFilter(at) AND load > 3 GROUP BY t",
    "SELECT $__timeGroup(at, '1h') AS time, percentile_cont(0.9) WITHIN GROUP (ORDER BY load) FROM points WHERE $__timeFilter(at) GROUP BY 1",
    "SELECT $__timeGroup(at, '1h') AS time, count(DISTINCT host) FILTER (WHERE load > 1) AS hosts FROM points WHERE $__timeFilter(at) GROUP BY 1",
    "SELECT $__timeGroup(to_timestamp(epoch), '1h') AS time, count(*) FROM points WHERE $__timeFilter(to_timestamp(epoch)) GROUP BY 1",
    "SELECT $__timeGroup(at, '1h') AS bucket, CASE WHEN load > :limit THEN 'high' ELSE 'low' END AS label, count(*) FROM points"
    " WHERE $__timeFilter(at) AND note <> 'unknown' GROUP BY 1, 2",
    "SELECT max(at), $__timeGroup(at, '1h'), avg(load) FROM points WHERE $__timeFilter(at) GROUP BY 2",
    "SELECT $__timeGroupAlias(at, '1h', NULL), host, sum(load) FROM points WHERE $__timeFilter(at) GROUP BY time, host",
    "SELECT $__timeGroupAlias(at, '1h'), sum(load) FROM points WHERE $__timeFilter(at) GROUP BY $__timeGroup(at, '1h'), host",
    PLAIN.replace("'1h')", "'1h', 0)"),
    PLAIN.replace("'1h')", "'1h', previous)"),
    PLAIN.replace("(at", "(date_trunc('second', at)"),
    "SELECT $__timeGroup(time, '1h') AS time, count(time) FROM points WHERE $__timeFilter(time) GROUP BY 1",
    "SELECT $__timeGroup(at, '1h') AS time, (array_agg(load ORDER BY at DESC))[1] AS last FROM points WHERE $__timeFilter(at) GROUP BY 1",
]


@pytest.mark.parametrize("text", GROUPED)
def test_plain_groups_by_time_are_recognised(text: str) -> None:
    grouping = grouping_of(text)
    assert grouping is not None
    assert grouping.bucket == Bucket(1, "hour")


READS_MOMENTS = {
    "a cast of the time": "max(at::date)",
    "a call that is one": "max(date(at))",
    "a truncated time": "max(date_trunc('day', at)::date)",
    "a zone of the time": "max(at AT TIME ZONE 'Asia/Tokyo')",
    "a zone and back": "max((at AT TIME ZONE 'UTC') AT TIME ZONE 'Asia/Tokyo')",
    "a day of a zone": "max((at AT TIME ZONE 'Asia/Tokyo')::date)",
    "a written moment": "count(*) FILTER (WHERE seen < timestamptz '2026-01-01 12:00Z')",
    "a written day": "count(*) FILTER (WHERE seen < '2026-01-01'::date)",
    "a variable": "count(*) FILTER (WHERE seen < :day::date)",
    "a made moment": "count(*) FILTER (WHERE seen < make_date(2026, 1, 2) + 1)",
    "a parsed moment": "max(to_timestamp(note, 'YYYY'))",
    "a time of day": "max(at::time)",
    "a number out of a text": "max((note || '0')::numeric)",
    "a text": "max(at::text)",
    "an interval": "sum((minutes || ' min')::interval)",
    "a tenant's own word": "count(*) FILTER (WHERE state = 'open'::order_state)",
}


@pytest.mark.parametrize("value", READS_MOMENTS.values(), ids=READS_MOMENTS.keys())
def test_what_is_plainly_a_moment_may_be_read_as_one(value: str) -> None:
    assert grouping_of(PLAIN.replace("avg(load)", value)) is not None


MOVES_WITH_THE_DAY = {
    "a word in two": "('to' || 'day')::date",
    "as a call": "date('to' || 'day')",
    "of the catalogue": "pg_catalog.date('to' || 'day')",
    "CAST": "CAST('n' || 'ow' AS timestamp)",
    "with a zone": "('n' || 'ow')::timestamp with time zone",
    "as a call with a zone": "timestamptz('n' || 'ow')",
    "with a precision": "('n' || 'ow')::timestamp(3)",
    "a time of day": "('n' || 'ow')::time",
    "concat": "concat('yester', 'day')::date",
    "concat with the type before": "timestamptz 'epoch' + (concat('to', 'day')::timestamptz - timestamptz 'epoch')",
    "format": "format('to%s', 'day')::date",
    "replace": "replace('nxow', 'x', '')::timestamptz",
    "reverse": "reverse('yadot')::date",
    "chr": "(chr(110) || chr(111) || chr(119))::timestamptz",
    "convert_from": "convert_from('\\x6e6f77'::bytea, 'UTF8')::timestamptz",
    "of a variable's part": "(:word || 'day')::date",
    "CASE": "(CASE WHEN load > 0 THEN 'to' || 'day' END)::date",
    "coalesce": "coalesce(NULL, 'to' || 'day')::date",
    "by way of text": "('to' || 'day')::text::date",
    "by way of varchar": "CAST(('to' || 'day')::varchar(9) AS date)",
    "a column's text": "note::date",
    "a column's text as a call": "date(note)",
    "another table's column": "(note)::timestamptz",
    "out of JSON": "(facts ->> 'at')::timestamptz",
    "a list": "(ARRAY['to' || 'day']::date[])[1]",
    "a written list": "('{to' || 'day}')::date[]",
    "out of a list": "(string_to_array('to,day', ',')::date[])[1]",
    "a range": "lower(('[to' || 'day,)')::daterange)",
    "a range as a call": "lower(tstzrange('[to' || 'day,)'))",
    "a multirange": "lower(('{[to' || 'day,)}')::datemultirange)",
    "a tenant's own type": "('to' || 'day')::our_day",
    "another schema's type": "('to' || 'day')::ours.int4",
    "timestamp 'now'": "timestamp 'now'",
    "'now'::timestamptz": "'now'::timestamptz",
    "escapes": "E'\\x74oday'::date",
    "unicode escapes": "U&'\\0074oday'::date",
    "two pieces that are one": "'to'\n'day'::date",
    "to_date of a word": "to_date('today', 'YYYY')",
    "a row out of JSON": "to_jsonb(jsonb_populate_record(NULL::points, jsonb_build_object('at', 'to' || 'day'))) ->> 'at'",
    "an hour in JSON": "jsonb_path_query_first_tz(facts, '$.time_tz()')::text",
    "an hour without an offset": "'12:00'::timetz",
    "an hour moved as today": "'12:00'::time AT TIME ZONE 'Europe/Berlin'",
    "a column's hour moved as today": "opens AT TIME ZONE 'Europe/Berlin'",
    "the same as a call": "timezone('Europe/Berlin', opens)",
    "nothing moved": "timezone()",
    "LOCALTIME": "LOCALTIME",
    "CURRENT_TIME": "CURRENT_TIME(3)",
    "LOCALTIMESTAMP": "LOCALTIMESTAMP",
    "CURRENT_USER": "CURRENT_USER",
    "clock_timestamp()": "clock_timestamp()",
    "age of a day": "age(at::date)",
}


@pytest.mark.parametrize("value", MOVES_WITH_THE_DAY.values(), ids=MOVES_WITH_THE_DAY.keys())
def test_what_may_be_another_moment_every_day_is_not_kept(value: str) -> None:
    grouped = PLAIN.replace("avg(load)", f"count(*) FILTER (WHERE at::text < ({value})::text)")
    assert grouping_of(grouped) is None
    assert grouping_of(PLAIN.replace("GROUP", f"AND at::text < ({value})::text GROUP")) is None
    assert variables_of_condition(f"at::text < ({value})::text", "at") is None


def test_the_column_of_time_is_the_one_that_is_filtered() -> None:
    assert grouping_of(PLAIN.replace("avg(load)", "max(at::date)").replace("(at)", "(at::timestamptz)")) is None
    assert grouping_of(PLAIN.replace("avg(load)", "max(p.at::date)")) is None
    assert variables_of_condition("at::date > '2026-01-01'", "at") == set()
    assert variables_of_condition("at::date > '2026-01-01'", "seen_at") is None


OTHERS = {
    "no group": "SELECT $__timeGroup(at, '1h') AS time, load FROM points WHERE $__timeFilter(at)",
    "no filter": "SELECT $__timeGroup(at, '1h') AS time, avg(load) FROM points GROUP BY 1",
    "not a SELECT": "DELETE FROM points WHERE $__timeFilter(at)",
    "not SQL": "SELECT $__timeGroup(at, '1h' FROM",
    "two statements": f"{PLAIN}; {PLAIN}",
    "no macros": "SELECT date_trunc('hour', at) AS time, avg(load) FROM points GROUP BY 1",
    "another column": PLAIN.replace("Filter(at)", "Filter(seen_at)"),
    "a column of another table": PLAIN.replace("Filter(at)", "Filter(p.at)"),
    "two intervals": PLAIN.replace("GROUP BY 1", "GROUP BY 1, $__timeGroup(at, '1d')"),
    "two groups": PLAIN.replace("avg(load)", "$__timeGroup(at, '1h') AS again, avg(load)"),
    "two filters": PLAIN.replace("GROUP", "AND $__timeFilter(at) GROUP"),
    "an unknown interval": PLAIN.replace("1h", "1x"),
    "grouped by something else": PLAIN.replace("GROUP BY 1", "GROUP BY at"),
    "moved": PLAIN.replace("'1h') AS", "'1h') + interval '1 h' AS"),
    "another time": PLAIN.replace("AS time, avg(load)", "AS hour, max(at) AS time, avg(load)"),
    "a time by its own name": PLAIN.replace("AS time, avg(load)", "AS hour, load::timestamp, avg(load)"),
    "a time before it": "SELECT max(at), $__timeGroup(at, '1h') FROM points WHERE $__timeFilter(at) GROUP BY 2",
    "without an interval": PLAIN.replace("1h", "$__interval"),
    "an unknown fill": PLAIN.replace("'1h')", "'1h', 'nothing')"),
    "a group of epochs": PLAIN.replace("$__timeGroup", "$__unixEpochGroup"),
    "a filter of epochs": PLAIN.replace("$__timeFilter", "$__unixEpochFilter"),
    "all columns": PLAIN.replace("avg(load)", "*"),
    "filter in OR": PLAIN.replace("GROUP", "OR load > 3 GROUP"),
    "filter in NOT": PLAIN.replace("WHERE ", "WHERE NOT "),
    "filter in HAVING": PLAIN.replace("WHERE $__timeFilter(at) GROUP BY 1", "GROUP BY 1 HAVING $__timeFilter(at)"),
    "filter of a comparison": PLAIN.replace("Filter(at)", "Filter(load > 3 OR at)"),
    "window": PLAIN.replace("avg(load)", "avg(avg(load)) OVER (ORDER BY 1)"),
    "named window": PLAIN.replace("avg(load)", "lag(avg(load)) OVER w").replace("GROUP BY 1", "GROUP BY 1 WINDOW w AS (ORDER BY 1)"),
    "LIMIT": f"{PLAIN} LIMIT 10",
    "OFFSET": f"{PLAIN} OFFSET 1",
    "FETCH": f"{PLAIN} FETCH FIRST 3 ROWS WITH TIES",
    "DISTINCT": PLAIN.replace("SELECT", "SELECT DISTINCT"),
    "DISTINCT ON": PLAIN.replace("SELECT", "SELECT DISTINCT ON (1)"),
    "UNION": f"{PLAIN} UNION ALL {PLAIN}",
    "WITH": f"WITH p AS (SELECT 1) {PLAIN}",
    "a query round it": f"SELECT * FROM ({PLAIN}) AS q",
    "a query inside": PLAIN.replace("FROM points", "FROM (SELECT * FROM points LIMIT 9) AS points"),
    "a sub-query as a value": PLAIN.replace("avg(load)", "avg(load) / (SELECT max(load) FROM points)"),
    "a sub-query as a condition": PLAIN.replace("GROUP", "AND host IN (SELECT host FROM hosts) GROUP"),
    "join": PLAIN.replace("FROM points", "FROM points JOIN hosts USING (host)"),
    "two tables": PLAIN.replace("FROM points", "FROM points, hosts"),
    "lateral": PLAIN.replace("FROM points", "FROM points, LATERAL (SELECT 1) AS l"),
    "a function in FROM": PLAIN.replace("FROM points", "FROM generate_series(1, 3) AS points"),
    "a sample": PLAIN.replace("FROM points", "FROM points TABLESAMPLE SYSTEM (1)"),
    "the range's start": PLAIN.replace("avg(load)", "max(at - $__timeFrom())"),
    "the range's end": PLAIN.replace("GROUP", "AND seen_at < $__timeTo() GROUP"),
    "rollup": PLAIN.replace("GROUP BY 1", "GROUP BY ROLLUP (1, host)"),
    "grouping sets": PLAIN.replace("GROUP BY 1", "GROUP BY GROUPING SETS ((1), ())"),
    "DISTINCT groups": PLAIN.replace("GROUP BY 1", "GROUP BY DISTINCT 1"),
    "rows out of one": PLAIN.replace("avg(load)", "unnest(array_agg(load))"),
    "now()": PLAIN.replace("GROUP", "AND at < now() GROUP"),
    "pg_catalog.now()": PLAIN.replace("GROUP", "AND at < pg_catalog.now() GROUP"),
    "CURRENT_DATE": PLAIN.replace("GROUP", "AND at < CURRENT_DATE GROUP"),
    "age": PLAIN.replace("avg(load)", "max(age(at))"),
    "age by its dot": PLAIN.replace("avg(load)", "max((at).age)"),
    "a text that means now": PLAIN.replace("GROUP", "AND at < ' Today 12:00' GROUP"),
    "random()": PLAIN.replace("GROUP", "AND random() < 0.5 GROUP"),
    "a tenant's function": PLAIN.replace("avg(load)", "avg(our_rate(load))"),
    "another schema's function": PLAIN.replace("avg(load)", "ours.avg(load)"),
}  # fmt: skip


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_anything_else_is_not(text: str) -> None:
    assert grouping_of(text) is None


BY_INTERVAL = [
    PLAIN.replace("'1h'", "$__interval"),
    PLAIN.replace("'1h'", "'$__interval', 0"),
    PLAIN.replace("'1h'", "$__interval").replace("avg(load)", "sum(load) * 1000 / $__interval_ms"),
    PLAIN.replace("'1h'", "$__interval").replace("avg(load)", "sum(load) / extract(epoch FROM interval '$__interval')"),
]


@pytest.mark.parametrize("text", BY_INTERVAL)
def test_an_interval_by_the_range_is_a_bucket_as_any(text: str) -> None:
    grouping = grouping_of(text, 120_000)
    assert grouping is not None
    assert grouping.bucket == Bucket(2, "minute")
    assert grouping_of(text) is None


def test_only_variables_that_occur_are_named() -> None:
    grouping = grouping_of(PLAIN.replace("GROUP", "AND host = :host AND note <> ':none' GROUP"))
    assert grouping is not None
    assert grouping.variables == {"host"}


@pytest.mark.parametrize(
    ("where", "variables"),
    [
        ("", set()),
        ("host = :host AND load > :limit", {"host", "limit"}),
        ("host IN ('a', 'b') -- both", set()),
        ("at > now()", None),
        ("at > 'yesterday'", None),
        ("$__timeFilter(at)", None),
        ("load > (SELECT 1)", None),
        ("TRUE) GROUP BY (load", None),
        ("host = ", None),
    ],
)
def test_a_condition_is_steady_or_it_is_not(where: str, variables: set[str] | None) -> None:
    assert variables_of_condition(where) == variables


@pytest.mark.parametrize(
    ("value", "does"),
    [
        ("now", True),
        ("TODAY 12:00", True),
        ("today12", True),
        (["x", "tomorrow"], True),
        ("unknown", False),
        (7, False),
        (None, False),
    ],
)
def test_some_texts_are_another_time_every_day(value: object, does: bool) -> None:
    assert names_the_hour(value) is does
