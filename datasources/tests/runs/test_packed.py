"""Runs as bytes, and bytes that are no runs."""

from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.runs import Runs
from datasources.runs.flat import FlatSeries
from datasources.runs.packed import FORM

numbers = st.floats(width=64, allow_nan=True, allow_infinity=False)
whole_numbers = st.integers(-(10**9), 10**9)


@st.composite
def runs(draw: st.DrawFn) -> Runs:
    starts = np.array(sorted(draw(st.sets(whole_numbers, max_size=30))), dtype=np.float64)
    labels = tuple(sorted(draw(st.sets(st.text(st.characters(exclude_categories=["Cs"])), max_size=5)))) if len(starts) else ()
    points = [np.sort(draw(st.lists(st.sampled_from(starts), min_size=1, max_size=40))) for _ in labels]
    times = np.concatenate([np.empty(0), *points])
    values = np.array(draw(st.lists(numbers, min_size=len(times), max_size=len(times))), dtype=np.float64)
    of = {label: draw(st.dictionaries(st.sampled_from(["job", "host"]), st.text('aé"'))) for label in labels}
    flat = FlatSeries(labels, np.array([len(each) for each in points], dtype=np.int64), times, values, of)
    return Runs(
        starts=starts,
        asked=starts + 7.25,
        points=flat,
        columns=draw(st.integers(0, 9)),
        sql=draw(st.text("SELECT é", max_size=9)),
    )


@given(runs())
def test_runs_survive_the_store(before: Runs) -> None:
    after = Runs.from_bytes(before.to_bytes())
    assert after is not None
    assert (after.points.labels, after.columns, after.sql) == (before.points.labels, before.columns, before.sql)
    assert [one.labels for one in after.points.series()] == [one.labels for one in before.points.series()]
    for name in ("starts", "asked"):
        assert np.array_equal(getattr(after, name), getattr(before, name))
    for name in ("counts", "times", "values"):
        assert np.array_equal(getattr(after.points, name), getattr(before.points, name), equal_nan=name == "values")


@given(runs(), st.data())
def test_damaged_bytes_are_no_runs(before: Runs, data: st.DataObject) -> None:
    whole = before.to_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        assert Runs.from_bytes(whole[:place]) is None
    else:
        damaged = bytes([*whole[:place], whole[place] ^ data.draw(st.integers(1, 255)), *whole[place + 1 :]])
        assert Runs.from_bytes(damaged) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_no_runs(data: bytes) -> None:
    assert Runs.from_bytes(data) is None
    assert Runs.from_bytes(FORM.magic + crc32(data).to_bytes(4, "big") + data) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"starts": np.array([60.0, 0.0, 120.0])},
        {"starts": np.zeros(3)},
        {"points": FlatSeries(("a", "b"), np.array([3, -1]), np.array([0.0, 60.0]), np.ones(2))},
        {"points": FlatSeries(("a", "b"), np.array([1, 2]), np.array([0.0, 60.0]), np.ones(2))},
        {"points": FlatSeries(("a", "b"), np.array([1, 1]), np.array([0.0, 200.0]), np.ones(2))},
        {"points": FlatSeries(("b", "a"), np.array([1, 1]), np.array([0.0, 60.0]), np.ones(2))},
        {"points": FlatSeries(("a", "a"), np.array([1, 1]), np.array([0.0, 60.0]), np.ones(2))},
        {"columns": -1},
    ],
)
def test_what_contradicts_itself_is_no_runs(changed: dict) -> None:
    sound = Runs(
        starts=np.arange(3) * 60.0,
        asked=np.ones(3),
        points=FlatSeries(("a", "b"), np.array([1, 1]), np.array([0.0, 60.0]), np.ones(2)),
        columns=1,
    )
    assert Runs.from_bytes(sound.to_bytes()) is not None
    assert Runs.from_bytes(replace(sound, **changed).to_bytes()) is None


def test_regular_series_take_little_more_than_their_values() -> None:
    starts = np.arange(720) * 3_600.0
    values = np.random.default_rng(7).random(20 * 720)
    labels = tuple(f"server-{number:02}" for number in range(20))
    flat = FlatSeries(labels, np.full(20, 720), np.tile(starts, 20), values)
    assert len(Runs(starts=starts, asked=starts, points=flat).to_bytes()) < 1.05 * values.nbytes


@pytest.mark.parametrize("data", [b"", b"PD1", b"null"])
def test_other_things_are_no_runs(data: bytes) -> None:
    assert Runs.from_bytes(data) is None
