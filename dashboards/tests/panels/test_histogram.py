"""Histograms: bins that hold every value, and bins that come counted."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import WrongShape
from dashboards.panels.bins import MOST_BINS, binned
from dashboards.panels.bounds import bin_name, differences, lower_bounds
from dashboards.tests.panels.frames import ask, document, frame, plain
from datasources.base import TableQuery
from datasources.frame import Frame

HISTOGRAM = PANEL_TYPES["histogram"]


def context(rows: Frame, **display: Any) -> dict[str, Any]:
    return HISTOGRAM.context(document("histogram", {"sql": "SELECT 1"}, display=display), {"rows": rows}, ask())


def answered(rows: Frame, **display: Any) -> dict[str, Any]:
    return HISTOGRAM.answer(document("histogram", {"sql": "SELECT 1"}, display=display), {"rows": rows}, ask()).data


def edges(data: dict[str, Any]) -> list[tuple[float | None, float | None, float]]:
    return [(one["low"], one["high"], one["count"]) for one in data["bins"]]


@example([1.7e308, -1.7e308], None)
@example([1e15, 1e15 + 1], None)
@example([5e-324, 0.0], 100)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-9, 9).map(float), min_size=1, max_size=60),
       st.none() | st.integers(1, 100))  # fmt: skip
def test_every_value_lies_in_a_bin(values: list[float], count: int | None) -> None:
    bins = binned(np.array(values), count=count)
    assert bins.counts.sum() == len(values)
    assert (np.diff(bins.edges) > 0).all()
    assert len(bins.counts) <= MOST_BINS + 2
    assert bins.edges[0] <= min(values)
    assert max(values) <= bins.edges[-1]


def test_bins_are_as_wide_as_freedman_and_diaconis_say_rounded_up() -> None:
    values = np.random.default_rng(5).normal(100, 10, 1_000)
    quarters = np.percentile(values, (25, 75))
    wanted = 2 * (quarters[1] - quarters[0]) / 1_000 ** (1 / 3)
    width = float(np.diff(binned(values).edges)[0])
    assert wanted <= width <= 2 * wanted
    assert width == 5.0


def test_whole_numbers_have_bins_of_whole_width() -> None:
    bins = binned(np.array([1.0, 2, 2, 3, 3, 3, 7]))
    assert bins.edges.tolist() == [0, 2, 4, 6, 8]
    assert bins.counts.tolist() == [1, 5, 0, 1]


def test_only_what_lies_within_the_ends_is_counted() -> None:
    assert answered(frame(value=[1, 2, 3, 400]), max=10)["count"] == 3


def test_bins_that_come_counted_go_up_to_the_next_one() -> None:
    assert edges(answered(frame(bin=[20, 0, 10, 10], count=[1, 5, 2, 2]))) == [
        (0.0, 10.0, 5.0),
        (10.0, 20.0, 4.0),
        (20.0, 30.0, 1.0),
    ]


def test_buckets_of_prometheus_are_made_differences() -> None:
    rows = frame(le=["+Inf", "0.1", "1"], value=[10.0, 2.0, 7.0])
    assert edges(answered(rows)) == [(0.0, 0.1, 2.0), (0.1, 1.0, 5.0), (1.0, None, 3.0)]
    figure = plain(context(rows, unit="s")["figure"])
    assert figure["data"][0]["x"] == ["0 – 100 ms", "100 ms – 1 s", "above 1 s"]
    assert figure["layout"]["xaxis"] == {"type": "category"}


def test_what_is_no_bound_is_a_clear_error() -> None:
    with pytest.raises(WrongShape, match="upper bounds"):
        answered(frame(le=["small"], value=[1.0]))


def test_bars_are_as_wide_as_their_bins() -> None:
    (trace,) = plain(context(frame(value=[1.0, 2.0, 2.0, 9.0]), bins=4, unit="ms")["figure"])["data"]
    assert len(trace["x"]) == len(trace["width"]) == len(trace["y"])
    assert sum(trace["y"]) == 4


def test_bins_of_most_different_widths_have_one_width_and_their_names() -> None:
    rows = frame(le=["0.5", "1", "64"], value=[0.0, 3.0, 5.0])
    (trace,) = plain(context(rows, unit="s")["figure"])["data"]
    assert (trace["x"], "width" in trace) == (["0 – 500 ms", "500 ms – 1 s", "1 s – 1 min 4 s"], False)


def test_thresholds_stand_where_their_values_are() -> None:
    layout = context(frame(value=list(range(100))), thresholds=[{"value": 50, "color": "#f00", "label": "half"}])["figure"][
        "layout"
    ]
    assert next(shape for shape in layout["shapes"] if shape["type"] == "line")["x0"] == 50


def test_the_newest_values_are_counted_where_there_are_too_many() -> None:
    source = {"table": "logs", "columns": {"value": "took", "timestamp": "at"}}
    query = HISTOGRAM.queries(document("histogram", source), ask(hours=1))["rows"]
    assert isinstance(query, TableQuery)
    assert query.order_by == '"at" DESC'


@pytest.mark.parametrize("columns", [{"bin": "b"}, {"value": "v", "bin": "b", "count": "c"}, {"timestamp": "at"}])
def test_columns_are_values_or_bins(columns: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="give value, or bin and count"):
        document("histogram", {"table": "t", "columns": columns})


def test_counts_never_fall_below_nought() -> None:
    cumulative = np.array([[2.0, math.nan], [1.0, 4.0], [5.0, 5.0]])
    assert plain(differences(cumulative)) == [[2.0, None], [0.0, None], [4.0, 1.0]]


def test_the_first_bucket_is_open_where_values_may_lie_below_nought() -> None:
    assert lower_bounds(np.array([-1.0, 1.0])).tolist() == [-math.inf, -1.0]
    assert bin_name(-math.inf, -1.0, "", None) == "up to -1"


def test_what_is_counted_has_its_name_and_colour() -> None:
    drawn = context(frame(bin=[0, 10], count=[2, 3]), name="<orders>", color="critical", unit="ms")
    (trace,) = plain(drawn["figure"])["data"]
    assert (trace["name"], trace["marker"], "series" in trace["meta"]) == ("&lt;orders&gt;", {"color": "#EF4444"}, False)
    assert trace["hovertemplate"] == "%{text}: %{y:,} &lt;orders&gt;<extra></extra>"
    assert drawn["twin"]()["labels"] == ["<orders>"]
    assert drawn["summary"] == "Title, 2 bins. 3 <orders> in 10 – 20 ms; 2 <orders> in 0 – 10 ms."
