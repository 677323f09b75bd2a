"""Series from Frames of every shape."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboards.panels.base import WrongShape
from dashboards.panels.series import read_series
from dashboards.tests.panels.frames import NOON, frame, typed_frame

T = NOON.timestamp()
DOUBLE, TEXT, INT = ("number", "float8"), ("text", "text"), ("number", "int8")


def labels(found: list[Any]) -> list[str]:
    return [series.label for series in found]


def test_rows_are_sorted_by_label_and_time() -> None:
    found = read_series(frame(timestamp=[T + 60, T, T], value=[2.0, 1.0, 9.0], label=["b", "b", "a"]))
    assert [(one.label, one.times, one.values) for one in found] == [("a", [T], [9.0]), ("b", [T, T + 60], [1.0, 2.0])]


def test_a_series_without_a_label_column_is_called_default() -> None:
    assert labels(read_series(frame(time=[NOON], value=[1.0]))) == ["default"]


def test_a_label_that_is_null_is_called_none() -> None:
    assert labels(read_series(frame(time=[NOON, NOON], value=[1, 2], label=["a", None]))) == ["a", "none"]


def test_a_label_may_be_a_number() -> None:
    columns = {"timestamp": DOUBLE, "value": DOUBLE, "label": INT}
    assert labels(read_series(typed_frame(columns, (T, 1.0, 7), (T, 2.0, 8)))) == ["7", "8"]


@pytest.mark.parametrize("kind", [("other", "mood"), ("other", "uuid"), ("other", "inet")])
def test_a_label_may_be_of_any_text_like_type(kind: Any) -> None:
    assert labels(read_series(typed_frame({"time": ("time", "timestamptz"), "v": DOUBLE, "k": kind}, (NOON, 1.0, "x")))) == ["x"]


def test_several_number_columns_are_several_series() -> None:
    assert labels(read_series(frame(time=[NOON], sent=[1], received=[2]))) == ["received", "sent"]


def test_several_numbers_and_a_label_name_a_series_together() -> None:
    found = read_series(frame(time=[NOON, NOON], host=["a", "b"], sent=[1, 2], received=[3, 4]))
    assert labels(found) == ["received a", "received b", "sent a", "sent b"]


def test_several_text_columns_name_a_series_together() -> None:
    assert labels(read_series(frame(time=[NOON], region=["eu"], host=["a"], value=[1]))) == ["eu a"]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), Decimal("NaN"), Decimal("1e400")])
def test_what_is_no_number_is_a_gap_and_never_nought(value: Any) -> None:
    kind = ("number", "numeric" if isinstance(value, Decimal) else "float8")
    [series] = read_series(typed_frame({"time": ("time", "timestamptz"), "value": kind}, (NOON, value)))
    assert series.values == [None]


def test_a_truth_is_drawn_as_one_or_nought() -> None:
    assert read_series(frame(time=[NOON], up=[True]))[0].values == [1.0]


@pytest.mark.parametrize("time", [None, "infinity", "-infinity", "0044-03-15 BC", "294276-01-01"])
def test_a_row_whose_time_is_not_on_the_axis_is_left_out(time: Any) -> None:
    columns = {"time": ("time", "timestamptz"), "value": DOUBLE}
    assert read_series(typed_frame(columns, (time, 1.0), (NOON, 2.0)))[0].values == [2.0]


def test_epoch_seconds_of_a_structured_query_are_not_guessed_at() -> None:
    """Year 9998 in seconds looks like milliseconds of 1978."""
    far = datetime(9998, 1, 1, tzinfo=UTC).timestamp()
    assert read_series(frame(timestamp=[far, float("inf")], value=[1.0, 2.0]))[0].times == [far]


def test_times_without_a_zone_are_the_tenants() -> None:
    zone = ZoneInfo("Asia/Kolkata")
    columns = {"time": ("time", "timestamp"), "value": DOUBLE}
    assert read_series(typed_frame(columns, (datetime(2026, 3, 1, 17, 30), 1.0)), zone)[0].times == [T]
    assert read_series(frame(day=[date(2026, 3, 1)], value=[1]), zone)[0].times == [T - 17.5 * 3_600]


def test_a_long_label_is_cut() -> None:
    assert len(read_series(frame(time=[NOON], value=[1], label=["x" * 10_000]))[0].label) < 250


def test_an_empty_frame_has_no_series() -> None:
    assert read_series(typed_frame({"timestamp": DOUBLE, "value": DOUBLE, "label": TEXT})) == []


def test_a_frame_without_times_or_numbers_is_of_the_wrong_shape() -> None:
    with pytest.raises(WrongShape, match="no column of times"):
        read_series(frame(value=[1.0]))
    with pytest.raises(WrongShape, match="“value” is text"):
        read_series(frame(time=[NOON], value=["12 kB"]))
