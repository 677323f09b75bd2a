"""Series from statements of every shape, gathered by a real server."""

import contextlib
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from datasources.base import SeriesQuery, SqlQuery, SqlSeriesQuery
from datasources.catalogue import invalidate
from datasources.errors import QueryFailed, QueryRefused
from datasources.frame import SeriesFrame, series_of
from datasources.postgres import PostgresSource
from datasources.timerange import TimeRange

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
T = NOON.timestamp()
AT = "timestamptz '2026-03-01 12:00Z'"
KOLKATA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def source(acme: Any) -> PostgresSource:
    return PostgresSource(acme)


@pytest.fixture
def read(source: PostgresSource) -> Callable[..., SeriesFrame]:
    def run(text: str, **facts: Any) -> SeriesFrame:
        return series_of(source.run({"s": SqlSeriesQuery(text=text, **facts)}), "s")

    return run


def labels(frame: SeriesFrame) -> list[str]:
    return [series.label for series in frame.series]


def points(frame: SeriesFrame) -> list[tuple[str, list[float], list[float]]]:
    return [(series.label, series.times.tolist(), series.values.tolist()) for series in frame.series]


def test_rows_are_gathered_by_label_and_sorted_by_time(read: Callable[..., SeriesFrame]) -> None:
    rows = f"({AT} + interval '1 min', 2.0, 'b'), ({AT}, 1.0, 'b'), ({AT}, 9.0, 'a')"
    frame = read(f"SELECT * FROM (VALUES {rows}) AS v(time, value, label)")
    assert points(frame) == [("a", [T], [9.0]), ("b", [T, T + 60], [1.0, 2.0])]
    assert (frame.row_count, frame.lost, frame.truncated) == (3, 0, False)


def test_a_series_knows_the_columns_its_label_is_made_of(read: Callable[..., SeriesFrame]) -> None:
    rows = f"({AT}, 1, 'a b', 'c'), ({AT}, 1, 'a', 'b c'), ({AT}, 1, 'x', NULL), ({AT}, 1, 'y', repeat('z', 300))"
    frame = read(f"SELECT * FROM (VALUES {rows}) AS v(time, value, host, job)")
    assert [one.labels for one in frame.series] == [{}, {"host": "x"}, {"host": "y"}]
    wide = read(f"SELECT {AT} AS time, 1 AS low, 2 AS high, 'w' AS host")
    assert [(one.label, one.labels) for one in wide.series] == [("high w", {"host": "w"}), ("low w", {"host": "w"})]


def test_a_series_without_a_label_column_is_called_default(read: Callable[..., SeriesFrame]) -> None:
    assert labels(read(f"SELECT {AT} AS time, 1 AS value")) == ["default"]


def test_a_label_that_is_null_is_called_none(read: Callable[..., SeriesFrame]) -> None:
    assert labels(read(f"SELECT {AT} AS time, 1 AS value, unnest(ARRAY['a', NULL]) AS label")) == ["a", "none"]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("7", "7"),
        ("0.1::float4", "0.1"),
        ("1.50::numeric", "1.50"),
        ("true", "true"),
        ("'b'::\"char\"", "b"),
        ("date '2026-03-01'", "2026-03-01"),
        ("'infinity'::timestamptz", "infinity"),
        ("'10.0.0.1'::inet", "10.0.0.1"),
        ("ARRAY[1, 2]", "{1,2}"),
        ("'{\"a\": 1}'::json", '{"a": 1}'),
        ("''::text", ""),
    ],
)
def test_a_label_may_be_of_any_type(read: Callable[..., SeriesFrame], label: str, said: str) -> None:
    assert labels(read(f"SELECT {AT} AS time, 1 AS value, {label} AS label")) == [said]


def test_several_number_columns_are_several_series(read: Callable[..., SeriesFrame]) -> None:
    assert labels(read(f"SELECT {AT} AS time, 1 AS sent, 2 AS received")) == ["received", "sent"]


def test_several_numbers_and_a_label_name_a_series_together(read: Callable[..., SeriesFrame]) -> None:
    frame = read(f"SELECT {AT} AS time, unnest(ARRAY['a', 'b']) AS host, 1 AS sent, 3 AS received")
    assert labels(frame) == ["received a", "received b", "sent a", "sent b"]


def test_several_text_columns_name_a_series_together(read: Callable[..., SeriesFrame]) -> None:
    assert labels(read(f"SELECT {AT} AS time, 'eu' AS region, 'a' AS host, 1 AS value")) == ["eu a"]


def test_labels_that_are_written_alike_are_one_series(read: Callable[..., SeriesFrame]) -> None:
    rows = f"({AT} + interval '1 s', 'a b', 'c', 2), ({AT}, 'a', 'b c', 1)"
    frame = read(f"SELECT * FROM (VALUES {rows}) AS v(time, one, other, value)")
    assert points(frame) == [("a b c", [T, T + 1], [1.0, 2.0])]


@pytest.mark.parametrize(
    "value", ["NULL::float8", "'NaN'::float8", "'-Infinity'::float4", "'NaN'::numeric", "1e400::numeric", "NULL::bool"]
)
def test_what_is_no_number_is_a_gap_and_never_nought(read: Callable[..., SeriesFrame], value: str) -> None:
    (series,) = read(f"SELECT {AT} AS time, {value} AS value").series
    assert math.isnan(series.values[0])
    assert not len(series.known())


@pytest.mark.parametrize(
    ("value", "drawn"),
    [
        ("true", 1.0),
        ("0.1::float4", 0.1),
        ("9007199254740993", 9007199254740992.0),
        ("4000000000::oid", 4e9),
        ("1e-400", 0.0),
        ("12.5", 12.5),
    ],
)
def test_every_number_is_drawn(read: Callable[..., SeriesFrame], value: str, drawn: float) -> None:
    (series,) = read(f"SELECT {AT} AS time, {value} AS value").series
    assert series.values.tolist() == [drawn]


@pytest.mark.parametrize(
    "time", ["NULL", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'294276-01-01'", "'0001-01-01 00:00+14'"]
)
@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
def test_a_row_whose_time_is_not_on_the_axis_is_left_out(read: Callable[..., SeriesFrame], time: str, kind: str) -> None:
    rows = f"({time}::{kind}, 1), ('2026-03-01'::{kind}, 2)"
    frame = read(f"SELECT * FROM (VALUES {rows}) AS v(time, value)", zone=KOLKATA)
    assert [series.values.tolist() for series in frame.series] == [[2.0]]
    assert (frame.row_count, frame.lost) == (2, 1)


@pytest.mark.parametrize("unit", ["1", "1000", "1000000", "1000000000"])
@pytest.mark.parametrize("kind", ["int8", "float8", "numeric"])
def test_an_epoch_is_read_in_whatever_unit_it_is(read: Callable[..., SeriesFrame], unit: str, kind: str) -> None:
    assert read(f"SELECT ({T:.0f} * {unit}::int8)::{kind} AS time, 1 AS value").series[0].times.tolist() == [T]


def test_times_without_a_zone_are_of_the_zone_given(read: Callable[..., SeriesFrame]) -> None:
    assert read("SELECT timestamp '2026-03-01 17:30' AS time, 1 AS value", zone=KOLKATA).series[0].times.tolist() == [T]
    assert read("SELECT date '2026-03-01' AS day, 1 AS value", zone=KOLKATA).series[0].times.tolist() == [T - 17.5 * 3_600]


def test_a_long_label_is_cut(read: Callable[..., SeriesFrame]) -> None:
    (label,) = labels(read(f"SELECT {AT} AS time, 1 AS value, repeat('é', 10000) AS label"))
    assert label == "é" * 200 + "…"


@pytest.mark.parametrize("label", ["", ", 'a' AS label"])
def test_no_rows_are_no_series(read: Callable[..., SeriesFrame], label: str) -> None:
    frame = read(f"SELECT {AT} AS time, 1 AS value{label} WHERE false")
    assert (frame.series, frame.row_count, frame.truncated) == ((), 0, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1.0 AS value", "no column of times"),
        ("SELECT 'noon' AS time, 1 AS value", "no column of times"),
        (f"SELECT {AT} AS time, '12 kB' AS value", "“value” is text"),
        ("SELECT", "no column of times"),
    ],
)
def test_a_statement_without_times_or_numbers_is_refused_in_words(read: Callable[..., SeriesFrame], text: str, said: str) -> None:
    with pytest.raises(QueryRefused, match=said):
        read(text)


@pytest.mark.parametrize("rows", [2_000, 2_001, 9_000])
@pytest.mark.parametrize("label", ["'one'", "'host ' || n % 7"])
def test_rows_end_at_the_limit_and_say_so(
    source: PostgresSource, read: Callable[..., SeriesFrame], rows: int, label: str
) -> None:
    source.tenant.row_limit = 2_000
    frame = read(f"SELECT {AT} + n * interval '1 s' AS time, n AS value, {label} AS label FROM generate_series(1, {rows}) n")
    assert (frame.row_count, frame.truncated) == (2_000, rows > 2_000)
    assert sum(len(series.times) for series in frame.series) == 2_000


def test_bytes_end_at_the_limit(read: Callable[..., SeriesFrame], settings: Any) -> None:
    settings.PANEL_BYTE_LIMIT = 1_000_000
    many = ", ".join(f"n AS v{number}" for number in range(40))
    frame = read(f"SELECT {AT} + n * interval '1 s' AS time, {many} FROM generate_series(1, 20000) n")
    assert frame.truncated
    assert sum(series.times.nbytes + series.values.nbytes for series in frame.series) < 2_000_000
    frame = read(f"SELECT {AT} AS time, n AS value, repeat('x', 190) || n AS label FROM generate_series(1, 40000) n")
    assert frame.truncated
    assert len(frame.series) < 10_000


def test_a_failing_number_is_the_querys_own_fault(read: Callable[..., SeriesFrame]) -> None:
    with pytest.raises(QueryFailed, match="fails on a value"):
        read(f"SELECT {AT} AS time, power(10::float8, 400 + n) AS value FROM generate_series(1, 2) n")


def test_a_structured_query_gives_the_same_points_as_its_rows(acme: Any, acme_database: dict, admin_sql: Any) -> None:
    admin_sql(
        acme_database,
        "DROP TABLE IF EXISTS seen; CREATE TABLE seen (at timestamp, host text, load numeric);"
        " INSERT INTO seen SELECT timestamp '2026-03-01' + n * interval '1 min', 'h' || n % 2, n FROM generate_series(0, 9) n;"
        " INSERT INTO seen VALUES (NULL, 'h0', 5), ('2026-03-01 00:30', NULL, NULL)",
    )
    source = PostgresSource(acme)
    query = SeriesQuery(
        table="seen", timestamp="at", value="load", label="host", time_range=TimeRange(NOON.replace(hour=0), NOON), limit=100
    )
    found = {(label, time, value) for label, times, values in points(series_of(source.run({"s": query}), "s"))
             for time, value in zip(times, values, strict=True) if not math.isnan(value)}  # fmt: skip
    (frame,) = source.stream(query)
    rows = {(row[2], row[0].timestamp(), float(row[1])) for row in frame.rows() if row[1] is not None}
    assert found == rows
    assert len(found) == 10


def test_the_same_text_can_be_asked_for_as_rows(source: PostgresSource) -> None:
    query = SqlSeriesQuery(text=f"SELECT {AT} AS time, 1 AS value")
    (frame,) = source.stream(query)
    assert list(frame.rows()) == [(NOON, 1)]
    assert query.plain == SqlQuery(text=query.text)


CHANGES = [
    ("time timestamp, value int", "time timestamptz, value int"),
    ("time timestamptz, value int", "time timestamp, value int"),
    ("time timestamptz, value text", "time timestamptz, value int"),
    ("time timestamptz, value int", "time timestamptz, value bool"),
    ("time float8, value int", "time timestamptz, value int"),
]


@pytest.mark.parametrize(("before", "after"), CHANGES)
def test_a_column_of_another_type_is_seen_with_the_next_refresh(
    read: Callable[..., SeriesFrame], acme: Any, acme_database: dict, admin_sql: Callable[..., None], before: str, after: str
) -> None:
    for columns in (before, after):
        moment = "1772366400" if "time float8" in columns else "'2026-03-01 12:00'"
        table = f"CREATE TABLE changed ({columns}); INSERT INTO changed VALUES ({moment}, '1')"
        admin_sql(acme_database, f"DROP TABLE IF EXISTS changed; {table}")
        invalidate(acme)
        with contextlib.suppress(QueryRefused):
            frame = read("SELECT * FROM changed", zone=KOLKATA)
    shift = 5.5 * 3_600 if "time timestamp," in after else 0
    assert points(frame) == [("default", [T - shift], [1.0])]
