"""A column at a time says the same as a cell at a time."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboards.panels.csv_text import csv_line, csv_lines
from dashboards.panels.values import csv_cell
from datasources.frame import Column
from datasources.values import WrittenTimes

TEXT, NUMBER, WHOLE = Column("t", "text", "text"), Column("n", "number", "float8"), Column("i", "number", "int8")
TIME, BARE, DATE = Column("at", "time", "timestamptz"), Column("at", "time", "timestamp"), Column("at", "date", "date")
KOLKATA, UTC_ZONE = ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Africa/Monrovia", "Pacific/Apia"]
ODD = ["", "a", "=1", "a;=1", ' "=', "a,b", 'a"b', "two\nlines", "\r", "\t", "ü", "＝1", "…", "'", "x\ud800", "-", "\0"]


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def written(column: Column, cells: Any, zone: ZoneInfo = UTC_ZONE) -> list[str]:
    """What a spreadsheet reads of one column, beside another."""
    beside = (WHOLE, range(len(cells)))
    return [row[0] for row in read(csv_lines([(column, cells), beside], zone))]


@given(some.lists(some.one_of(some.none(), some.sampled_from(ODD), some.text(max_size=5))))
def test_texts(cells: list[str | None]) -> None:
    assert written(TEXT, cells) == [csv_cell(cell, UTC_ZONE) for cell in cells]


@given(
    some.lists(
        some.one_of(some.none(), some.floats(), some.integers(), some.decimals(allow_nan=True).filter(lambda d: not d.is_snan()))
    )
)
def test_numbers(cells: list[Any]) -> None:
    assert written(NUMBER, cells) == [csv_cell(cell, UTC_ZONE) for cell in cells]


def test_a_numeric_keeps_its_digits() -> None:
    assert written(NUMBER, [Decimal("1.50"), Decimal("1E+3"), 1e20, float("nan")]) == ["1.50", "1000", "1" + "0" * 20, ""]


moments = some.datetimes(datetime(1880, 1, 1), datetime(2100, 1, 1), timezones=some.just(UTC))


@pytest.mark.parametrize("zone", ZONES)
@given(starts=some.lists(moments, max_size=5), step=some.timedeltas(timedelta(0), timedelta(hours=2)))
def test_times_are_those_of_the_zone(zone: str, starts: list[datetime], step: timedelta) -> None:
    times = [start + number * step for start in starts for number in range(4)]
    texts = [time.replace(tzinfo=None).isoformat(sep=" ") for time in times]
    assert written(TIME, WrittenTimes(TIME, texts), ZoneInfo(zone)) == [csv_cell(time, ZoneInfo(zone)) for time in times]


def test_digits_are_as_many_as_postgresql_writes() -> None:
    texts = ["2026-03-01 12:00:00.5", None, "2026-03-01 12:00:01"]
    assert written(TIME, WrittenTimes(TIME, texts), KOLKATA) == ["2026-03-01 17:30:00.5+05:30", "", "2026-03-01 17:30:01+05:30"]
    assert written(BARE, WrittenTimes(BARE, texts), KOLKATA) == ["2026-03-01 12:00:00.5", "", "2026-03-01 12:00:01"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("infinity", "infinity"),
        ("-infinity", "'-infinity"),
        ("0044-03-15 12:00:00 BC", "0044-03-15 12:00:00+00 BC"),
        ("20000-01-01 00:00:00", "20000-01-01 00:00:00+00"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59:59+00:00"),
    ],
)
def test_a_time_that_python_cannot_hold_is_said_in_utc(text: str, said: str) -> None:
    usual = "2026-03-01 12:00:00"
    assert written(TIME, WrittenTimes(TIME, [usual, text]), KOLKATA) == ["2026-03-01 17:30:00+05:30", said]


def test_dates_are_as_they_are() -> None:
    assert written(DATE, WrittenTimes(DATE, ["2026-03-01", None, "-infinity"])) == ["2026-03-01", "", "'-infinity"]


def test_a_line_with_nothing_in_it_is_a_row_all_the_same() -> None:
    assert read(csv_lines([(TEXT, ["a", None, ""])], UTC_ZONE)) == [["a"], [""], [""]]
    assert read(csv_line([""])) == [[""]]


def test_no_rows_are_no_lines() -> None:
    assert csv_lines([(TEXT, []), (TIME, WrittenTimes(TIME, []))], UTC_ZONE) == ""
