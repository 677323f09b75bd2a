"""Answers as bytes and back: nothing lost, nothing run, nothing read from damaged bytes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from datasources.frame import Column, Frame, Series, SeriesFrame
from datasources.results.packed import FORM, digest, pack, unpack

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
cells = some.one_of(
    some.none(), some.text(some.characters(exclude_categories=["Cs"])), some.booleans(), some.integers(), some.decimals(allow_nan=False),
    some.floats(allow_nan=False), some.dates(), some.datetimes(), some.datetimes(timezones=some.just(UTC)),
)  # fmt: skip


def rows(*columns: list[Any]) -> Frame:
    return Frame(tuple(Column(f"c{place}", "other", "x") for place in range(len(columns))), tuple(map(tuple, columns)))


def back(**frames: Any) -> dict[str, Any]:
    found = unpack(pack(frames, {"a": 1}), whole)
    assert found is not None
    assert found[1] == {"a": 1}
    return found[0]


def whole(frames: dict[str, Any], facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return frames, facts


@given(some.lists(some.tuples(cells, cells), max_size=30))
def test_rows_of_any_values_come_back_as_they_were(values: list[tuple[Any, Any]]) -> None:
    frame = rows([one for one, _ in values], [other for _, other in values])
    again = back(q=frame)["q"]
    assert again == frame
    assert [type(cell) for column in again.values for cell in column] == [
        type(cell) for column in frame.values for cell in column
    ]


@pytest.mark.parametrize("value", [inf, -inf, Decimal("NaN"), Decimal("-Infinity"), 2**70, -0.0, "", "infinity"])
def test_odd_values_come_back(value: Any) -> None:
    (again,) = back(q=rows([value]))["q"].values[0]
    assert (type(again), str(again)) == (type(value), str(value))


def test_the_labels_of_a_series_come_back() -> None:
    one = Series("a", np.array([1.0]), np.array([2.0]), labels={"job": 'a"b'})
    assert back(q=SeriesFrame((one,)))["q"].series[0].labels == one.labels


def test_facts_of_a_frame_come_back() -> None:
    frame = Frame((Column("n", "number", "int8"),), ((1,),), truncated=True, truncated_cells=True, sql="SELECT 1", elapsed_ms=2.5)
    assert back(q=frame)["q"] == frame


@pytest.mark.parametrize("times", [[], [1.0], [0.0, 60.0, 120.0], [0.0, 1.0, 5.0], [0.1 * place for place in range(99)]])
def test_series_come_back_to_the_bit(times: list[float]) -> None:
    values = np.array([nan if place % 3 == 1 else place / 7 for place in range(len(times))])
    frame = SeriesFrame(
        (Series("é", np.array(times), values, "B"),), row_count=9, lost=2, truncated=True, sql="x", elapsed_ms=1.0
    )
    again = back(s=frame)["s"]
    assert (again.row_count, again.lost, again.truncated, again.sql, again.elapsed_ms) == (9, 2, True, "x", 1.0)
    assert (again.series[0].label, again.series[0].query) == ("é", "B")
    assert again.series[0].times.tobytes() == frame.series[0].times.tobytes()
    assert again.series[0].values.tobytes() == values.tobytes()


def test_a_day_of_twenty_series_is_compact() -> None:
    every = np.arange(288) * 300.0
    series = tuple(Series(f"server {number}", every, np.round(50 + np.sin(every / 9e3 + number) * 20, 2)) for number in range(20))
    assert len(pack({"s": SeriesFrame(series)}, {})) < 20 * 288 * 8


def test_a_mark_differs_with_what_is_said_and_not_with_the_time_it_took() -> None:
    one, slower = Frame((Column("n", "number"),), ((1,),)), Frame((Column("n", "number"),), ((1,),), elapsed_ms=9)
    assert digest({"q": one}) == digest({"q": slower}) != digest({"q": rows([2])})
    zero = SeriesFrame((Series("a", np.zeros(1), np.zeros(1)),))
    assert digest({"s": zero}) != digest({"s": SeriesFrame((Series("a", np.zeros(1), np.ones(1)),))})


@given(some.data())
def test_damaged_bytes_are_no_answer(data: some.DataObject) -> None:
    packed = pack({"q": rows(["x" * 30, None]), "s": SeriesFrame((Series("a", np.arange(3.0), np.arange(3.0)),))}, {})
    place = data.draw(some.integers(0, len(packed) - 1))
    damage = data.draw(some.sampled_from(["cut", "flip", "insert"]))
    changed = {
        "cut": packed[:place],
        "flip": packed[:place] + bytes([packed[place] ^ data.draw(some.integers(1, 255))]) + packed[place + 1 :],
        "insert": packed[:place] + b"\x00" + packed[place:],
    }[damage]
    assert unpack(changed, whole) is None


@pytest.mark.parametrize("data", [b"", b"PD", FORM.magic, b"PD0" + bytes(30), FORM.magic + bytes(21), b"\x80\x04." * 9])
def test_bytes_of_something_else_are_no_answer(data: bytes) -> None:
    assert unpack(data, whole) is None


def test_a_date_is_no_moment() -> None:
    again = back(q=rows([date(2026, 3, 1), NOON]))["q"].values[0]
    assert list(map(type, again)) == [date, datetime]
