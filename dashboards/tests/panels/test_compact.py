"""Numbers in few bytes: what a page makes of them is exactly what they were."""

from typing import Any

import numpy as np
import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from dashboards.panels.axis import Scale
from dashboards.panels.compact import compacted, steps


def read(compact: Any) -> list[float | None]:
    """What static/js/compact.js makes of numbers as they are sent."""
    sent = orjson.loads(orjson.dumps(compact, option=orjson.OPT_SERIALIZE_NUMPY))
    if isinstance(sent, list):
        return sent
    count, numbers = 0, []
    for step in sent["steps"]:
        count += step or 0
        numbers.append(None if step is None else count / 10 ** sent["decimals"])
    return numbers


def as_sent(numbers: Any) -> Any:
    return orjson.loads(orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY))


values = st.floats(allow_infinity=False) | st.floats(-100, 100) | st.integers(0, 5).map(float)


@example([1.7975e308], None)
@example([1.7975e308], 15)
@example([1.11253693e-308], None)
@given(st.lists(values, max_size=30), st.none() | st.integers(0, 15))
def test_drawn_values_are_exactly_what_they_were(some: list[float], decimals: int | None) -> None:
    drawn, places = Scale().drawn(np.array(some, dtype=float), decimals)
    assert read(steps(drawn, places)) == as_sent(drawn)


@given(st.lists(st.integers(-(2**52), 2**52), max_size=30))
def test_times_are_exactly_what_they_were(times: list[int]) -> None:
    assert read(steps(np.array(times, dtype=np.int64), 0)) == times


def test_what_else_a_figure_has_stays_as_it_is() -> None:
    trace = {"name": "a", "x0": 5, "dx": 1, "y": np.array([1.5, 2.5]), "meta": {"decimals": 1}}
    (sent,) = compacted({"data": [trace], "layout": {}})["data"]
    assert {name: sent[name] for name in ("name", "x0", "dx")} == {"name": "a", "x0": 5, "dx": 1}
    assert as_sent(sent["y"]) == {"steps": [15, 10], "decimals": 1}


@given(st.lists(st.tuples(st.lists(values, max_size=9), st.lists(st.integers(0, 2**40), max_size=9)), max_size=5))
def test_each_trace_has_its_own_numbers(some: list[tuple[list[float], list[int]]]) -> None:
    traces = []
    for drawn, times in some:
        y, places = Scale().drawn(np.array(drawn, dtype=float))
        traces.append({"x": np.array(times, dtype=np.int64), "y": y, "meta": {"decimals": places}})
    sent = compacted({"data": traces, "layout": {}})["data"]
    assert [(read(one["x"]), read(one["y"])) for one in sent] == [(as_sent(one["x"]), as_sent(one["y"])) for one in traces]
