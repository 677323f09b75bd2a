"""Rows of a sheet as XML: what a program for spreadsheets reads of them, beside what the library would have written."""

import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as some
from xlsxwriter import Workbook

from audit.exports import Export
from audit.recording import Thing
from dashboards.files import xlsx_file
from dashboards.files.result import FileTooLarge, Result
from dashboards.files.sheet_rows import SheetColumn, letters_of
from dashboards.panels.values import clean
from datasources.frame import Column, Frame
from datasources.values import WrittenTimes

PARIS = ZoneInfo("Europe/Paris")
NUMBER, TEXT = Column("n", "number", "numeric"), Column("t", "text", "text")
AT, WALL, DAY = Column("at", "time", "timestamptz"), Column("w", "time", "timestamp"), Column("d", "date", "date")
YES = Column("y", "boolean", "bool")


def sheet_of(*columns: tuple[Column, Sequence[Any]], pieces: int = 1) -> Any:
    """The sheet that a spreadsheet reads, of these columns; their rows come in so many pieces."""
    named = [
        (Column(f"{column.name}{place}", column.kind, column.type_name), values) for place, (column, values) in enumerate(columns)
    ]
    count = len(columns[0][1])
    size = max(1, math.ceil(count / pieces))
    frames = [
        Frame(tuple(column for column, _ in named), tuple(values[first : first + size] for _, values in named))
        for first in range(0, count, size)
    ]
    names = [column.name for column, _ in named]
    unused: Any = None
    export = Export("xlsx", Thing("x"))
    result = Result(unused, unused, unused, PARIS, names, names, [column for column, _ in named], iter(frames), export)
    file = io.BytesIO()
    xlsx_file._fill(file, result)
    return openpyxl.load_workbook(file)["Result"]


def read(column: Column, values: Sequence[Any], **how: Any) -> list[Any]:
    return [row[0] for row in sheet_of((column, values), **how).iter_rows(min_row=2, max_row=len(values) + 1, values_only=True)]


def by_the_library(value: Any) -> Any:
    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet()
        if isinstance(value, date):
            sheet.write_datetime(0, 0, value)
        else:
            sheet.write_string(0, 0, value)
    return openpyxl.load_workbook(file).active["A1"].value


@examples(max_examples=40)
@given(
    some.lists(
        some.none() | some.text(max_size=8) | some.sampled_from(["_x0041_", " a", "a\n", "<&>", "\x01", "_x_", "=1+1"]),
        min_size=1,
    )
)
def test_texts_are_those_of_the_library(texts: list[str | None]) -> None:
    assert read(TEXT, texts) == [None if not text else by_the_library(clean(text)) for text in texts]


@examples(max_examples=40)
@given(some.lists(some.datetimes(min_value=datetime(1900, 1, 2)), min_size=1, max_size=5))
def test_times_are_those_of_the_library(moments: list[datetime]) -> None:
    assert read(WALL, moments) == [by_the_library(moment) for moment in moments]


@examples(max_examples=40)
@given(some.lists(some.dates(min_value=date(1900, 1, 1)), min_size=1, max_size=5))
def test_dates_are_those_of_the_library(days: list[date]) -> None:
    assert read(DAY, days) == [by_the_library(day) for day in days]


@examples(max_examples=60)
@given(some.lists(some.none() | some.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_doubles_lose_no_digit(numbers: list[float | None]) -> None:
    assert read(NUMBER, numbers) == numbers


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([1, -2, None], [1, -2, None]),
        ([1, 2**53, 2**53 + 1, -(2**60)], [1, 2**53, "9007199254740993", "-1152921504606846976"]),
        ([Decimal("1.50"), None, Decimal("-0.001")], [1.5, None, -0.001]),
        ([Decimal("1.5"), Decimal("12345678901234567890")], [1.5, "12345678901234567890"]),
        ([Decimal("0.1234567890123456")], ["0.1234567890123456"]),
        ([Decimal("NaN"), Decimal("1E+3"), Decimal("Infinity")], [None, 1000, None]),
        ([1.5, math.nan, math.inf, -math.inf, 1e300], [1.5, None, None, None, 1e300]),
        ([1, 1.5, Decimal(2)], [1, 1.5, 2]),
        ([None, None], [None, None]),
    ],
)  # fmt: skip
def test_a_number_is_one_where_a_double_holds_it(numbers: list[Any], shown: list[Any]) -> None:
    assert read(NUMBER, numbers) == shown


def test_times_are_on_the_viewers_clock_and_what_excel_has_no_day_for_is_text() -> None:
    texts = ["2026-03-29 00:59:59", "2026-03-29 01:00:00.25", None, "infinity", "1815-12-10 12:00:00"]
    assert read(AT, WrittenTimes(AT, texts)) == [
        datetime(2026, 3, 29, 1, 59, 59), datetime(2026, 3, 29, 3, 0, 0, 250_000), None, "infinity", "1815-12-10 12:09:21+00:09:21",
    ]  # fmt: skip


def test_the_winter_of_1900_is_counted_as_excel_counts_it() -> None:
    """Which takes it for a leap year."""
    days = [datetime(1900, 1, 1), datetime(1900, 2, 28), datetime(1900, 3, 1)]
    cells = sheet_of((WALL, days)).iter_rows(min_row=2, max_row=4)
    assert [cell.value for [cell] in cells] == days


def test_truth_is_truth() -> None:
    assert read(YES, [True, None, False]) == [True, None, False]


def test_columns_and_pieces_come_in_their_order() -> None:
    count = 30
    columns = [(NUMBER, [row * 100 + place for row in range(count)]) for place in range(40)]
    sheet = sheet_of(*columns, pieces=7)
    assert list(sheet.iter_rows(min_row=2, values_only=True)) == [
        tuple(row * 100 + place for place in range(40)) for row in range(count)
    ]


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")])
def test_columns_are_named_as_in_excel(place: int, letters: str) -> None:
    assert letters_of(place) == letters


def test_times_and_dates_look_like_what_they_are() -> None:
    sheet = sheet_of((AT, [datetime(2026, 1, 1, tzinfo=UTC)]), (DAY, [date(2026, 1, 1)]), (NUMBER, [1]))
    assert [cell.number_format for cell in sheet[2]] == ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd", "General"]
    assert sheet["A1"].font.b
    assert sheet.freeze_panes == "A2"


def test_a_sheet_beyond_what_an_archive_may_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "MOST_BYTES", 1_000)
    with pytest.raises(FileTooLarge):
        sheet_of((TEXT, ["x" * 2_000]))


def test_a_result_without_columns_is_an_empty_sheet() -> None:
    unused: Any = SimpleNamespace()
    result = Result(unused, unused, unused, PARIS, [], [], [], iter([Frame((), ())]), Export("xlsx", Thing("x")))
    xlsx_file._fill(file := io.BytesIO(), result)
    assert list(openpyxl.load_workbook(file)["Result"].values) == []


@examples(max_examples=60)
@given(
    some.lists(
        some.none() | some.datetimes(min_value=datetime(1899, 12, 1), max_value=datetime(9999, 12, 31)), min_size=1, max_size=4
    ),
    some.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "UTC", "Africa/Monrovia"]),
)
def test_times_as_postgresql_writes_them_are_those_that_are_looked_at_one_by_one(
    moments: list[datetime | None], zone: str
) -> None:
    """Zones of half hours and quarters, with clocks that change by half an hour, and one that was off by 44 seconds."""
    texts = [None if moment is None else moment.isoformat(sep=" ") for moment in moments]
    column = SheetColumn(AT, "A", ZoneInfo(zone), "2", "3")
    numbers = [str(place) for place in range(len(texts))]
    together = column.cells(numbers, WrittenTimes(AT, texts))
    singly = column.cells(numbers, list(WrittenTimes(AT, texts)))
    assert [cell[:20] for cell in together] == [cell[:20] for cell in singly]
    assert list(map(shown, together)) == pytest.approx(list(map(shown, singly)), abs=1e-9)


def shown(cell: str) -> float:
    number = re.search(r"<v>(.*)</v>", cell)
    return float(number[1]) if number else 0.0


@pytest.mark.parametrize(
    "text", ["infinity", "-infinity", "0044-03-15 12:00:00 BC", "12026-03-01 12:00:00", "1900-01-05 12:00:00"]
)
def test_one_time_of_no_calendar_leaves_the_others_what_they_are(text: str) -> None:
    values = read(AT, WrittenTimes(AT, ["2026-03-01 12:00:00", text]))
    assert values[0] == datetime(2026, 3, 1, 13)
    assert values[1] is not None
