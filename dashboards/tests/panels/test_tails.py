"""Tails: what a page has and is sent makes the new figure, whatever has changed; what it says it has is not trusted."""

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.panels.tails import hold, read_held, tail

STEP = 300_000
Points = list[list[float | None]]


def figure(first: int, points: Points, **attributes: Any) -> dict[str, Any]:
    traces = [
        {"name": f"s{place}", "x0": first * STEP, "dx": STEP, "y": np.array(line, dtype=float), **attributes}
        for place, line in enumerate(points)
    ]
    return {"data": traces, "layout": {"xaxis": {"range": [first, first + len(points[0])]}}}


def drawn(one: dict[str, Any]) -> Any:
    """As the page has it."""
    return orjson.loads(orjson.dumps(one, option=orjson.OPT_SERIALIZE_NUMPY))


def moved_on(before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What static/js/tail.js makes of a figure and what is sent."""
    data = []
    for at, trace in enumerate(before["data"]):
        shift = (sent["x0"] - trace["x0"]) // trace["dx"]
        y = [trace["y"][step + shift] if 0 <= step + shift < len(trace["y"]) else None for step in range(sent["steps"])]
        for first, points in sent["parts"]:
            y[first : first + len(points[at])] = points[at]
        data.append({**trace, "x0": sent["x0"], "y": y})
    return {"data": data, "layout": sent["layout"]}


def tail_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    shown, now = hold(before, beside=()), hold(after, beside=())
    assert shown is not None
    assert now is not None
    said = read_held(str(shown))
    assert said == shown
    return tail(after, now, said)


values = st.none() | st.integers(0, 3).map(float) | st.floats(-1e6, 1e6)


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A figure, and a later one of it: moved on, some of its points corrected."""
    first, steps, traces, by = (
        draw(st.integers(-5, 50)),
        draw(st.integers(1, 200)),
        draw(st.integers(1, 3)),
        draw(st.integers(0, 9)),
    )
    longer = steps + by + draw(st.integers(0, 2))
    usual = draw(values)
    all_points: Points = [[usual if step % 7 else float(step) for step in range(longer)] for _ in range(traces)]
    before = figure(first, [line[:steps] for line in all_points])
    for at, step, value in draw(st.lists(st.tuples(st.integers(0, traces - 1), st.integers(0, longer - 1), values), max_size=4)):
        all_points[at][step] = value
    start = min(by, longer - 1)
    return before, figure(first + start, [line[start:] for line in all_points])


@given(changes())
def test_what_a_page_has_and_is_sent_is_the_new_figure(change: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = change
    sent = tail_of(before, after)
    if sent is not None:
        assert moved_on(drawn(before), drawn(sent)) == drawn(after)


def long(*, steps: int = 288, from_step: int = 1_000) -> dict[str, Any]:
    return figure(from_step, [[float((from_step + step) % 97 + place) for step in range(steps)] for place in range(20)])


def test_of_a_day_that_moved_on_by_a_step_only_its_ends_are_sent() -> None:
    sent = tail_of(long(), long(from_step=1_001))
    assert sent is not None
    assert [len(points[0]) for _, points in sent["parts"]] == [7, 1]


def test_nothing_is_sent_of_points_that_are_the_same() -> None:
    sent = tail_of(long(), long())
    assert sent is not None
    assert sent["parts"] == []


def test_the_same_points_a_step_later_are_not_the_same() -> None:
    sent = tail_of(figure(0, [[1.0, 1.0, 1.0, 1.0, 1.0]] * 2), figure(1, [[1.0, 1.0, 1.0, 1.0, 1.0]] * 2))
    assert sent is None or moved_on(drawn(figure(0, [[1.0] * 5] * 2)), drawn(sent))["data"][0]["y"] == [1.0] * 5


@pytest.mark.parametrize(
    "other",
    [
        long(from_step=9_000),
        figure(1_000, [[1.0] * 288]),
        figure(1_000, [[1.0] * 288] * 20, marker={"size": 4}),
        figure(1_000, [[float((1_000 + step) % 97 + place) for step in range(288)] for place in range(20)], name="other"),
    ],
)
def test_another_figure_is_sent_whole(other: dict[str, Any]) -> None:
    assert tail_of(long(), other) is None


def test_what_stands_beside_a_figure_counts() -> None:
    shown, now = hold(long(), beside=["web"]), hold(long(), beside=["worker"])
    assert shown is not None
    assert now is not None
    assert tail(long(), now, shown) is None


def test_of_a_figure_whose_steps_are_not_equal_nothing_is_held() -> None:
    irregular = {"data": [{"name": "a", "x": np.array([1, 5]), "y": np.array([1.0, 2.0])}], "layout": {}}
    assert hold(irregular, beside=()) is None
    assert hold({"data": [], "layout": {}}, beside=()) is None


@pytest.mark.parametrize(
    "said", ["", "x", "a" * 9_000, "aaaaaaaa.4.1.", "aaaaaaaa.4.x.bbbbbbbb", "aaaaaaaa.-4.1.bbbbbbbb", "\x00" * 30]
)
def test_what_says_nothing_is_nothing_held(said: str) -> None:
    assert read_held(said) is None


@pytest.mark.parametrize("said", ["aaaaaaaa.0.1.bbbbbbbb", "aaaaaaaa.99999.-999999999999.bbbbbbbb"])
def test_a_lie_about_what_is_held_gets_the_whole(said: str) -> None:
    now, shown = hold(long(), beside=()), read_held(said)
    assert now is not None
    assert shown is not None
    assert tail(long(), now, shown) is None
