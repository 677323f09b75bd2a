"""Values as text, for CSV and for JSON."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboards.panels.values import csv_cell, json_value, text_of

KOLKATA = ZoneInfo("Asia/Kolkata")
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_time_is_written_in_the_viewers_zone_with_its_offset() -> None:
    assert text_of(MOMENT, KOLKATA) == "2026-03-01 17:30:00+05:30"


def test_a_time_without_a_zone_stays_as_it_is() -> None:
    assert text_of(MOMENT.replace(tzinfo=None), KOLKATA) == "2026-03-01 12:00:00"


@pytest.mark.parametrize("edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_ends_of_the_calendar_do_not_break(edge: datetime, zone: str) -> None:
    assert text_of(edge, ZoneInfo(zone))


@pytest.mark.parametrize("text", ["infinity", "-infinity", "0044-03-15 BC", "294276-12-31 23:59:59+00"])
def test_a_time_python_cannot_hold_is_postgresqls_text(text: str) -> None:
    assert text_of(text, KOLKATA) == text
    assert json_value(text) == text


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_has_no_value_is_empty_in_csv_and_null_in_json(value: Any) -> None:
    assert csv_cell(value, KOLKATA) == ""
    assert json_value(value) is None


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", "＝1", "＋1", '"=1', "'=1", ";=1", "  =1", "-infinity"],
)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert csv_cell(text, KOLKATA).startswith("'")


def test_a_formula_behind_a_separator_is_disarmed_too() -> None:
    assert csv_cell("a;=1+1", KOLKATA) == "a;'=1+1"


@pytest.mark.parametrize("text", ["plain", "a-b", "a = b", "1 + 1", "x; - y", "mail@example.com"])
def test_other_text_is_left_alone(text: str) -> None:
    assert csv_cell(text, KOLKATA) == text


@pytest.mark.parametrize("value", [-1, -1.5, Decimal("-12.30")])
def test_a_negative_number_stays_a_number(value: Any) -> None:
    assert csv_cell(value, KOLKATA) == str(value)


def test_a_numeric_keeps_a_thousand_digits() -> None:
    huge = Decimal("1" * 1_000)
    assert csv_cell(huge, KOLKATA) == "1" * 1_000
    assert json_value(huge) == "1" * 1_000


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (2**53, 2**53),
        (2**53 + 1, str(2**53 + 1)),
        (Decimal("12.30"), 12.3),
        (Decimal("5E+3"), 5_000),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (True, True),
        (date(2026, 3, 1), "2026-03-01"),
        (MOMENT, "2026-03-01T12:00:00+00:00"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
    ],
)
def test_json_gets_what_a_double_can_hold_and_else_text(value: Any, written: Any) -> None:
    assert json_value(value) == written
    assert type(json_value(value)) is type(written)


@given(some.one_of(some.text(), some.floats(), some.integers(), some.decimals(allow_nan=True), some.booleans(), some.dates()))
def test_any_value_is_strict_json_and_valid_utf8(value: Any) -> None:
    written = json.dumps(json_value(value), allow_nan=False, ensure_ascii=False).encode()
    json.loads(written)
    csv_cell(value, KOLKATA).encode()
