"""Native histograms, in the shape that Prometheus' documentation of its HTTP API gives them."""

from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.tests.panels.frames import ask, document
from datasources.frame import Answered
from datasources.prom_queries import PromQueries, PromQuery
from datasources.prometheus.naming import named, with_names
from datasources.prometheus.native import MOST_BOUNDS, bounds_of
from datasources.prometheus.reading import read_rows, read_series

NOON = 1_772_366_400
MIXED = {
    "count": "17",
    "sum": "20",
    "buckets": [
        [1, "-1.6817928305074288", "-1.414213562373095", "1"],
        [1, "-1.414213562373095", "-1.189207115002721", "2"],
        [3, "-0.001", "0.001", "12"],
        [0, "1.414213562373095", "1.6817928305074288", "2"],
    ],
}
EARLY = {"count": "3", "sum": "2", "buckets": [[0, "0.5", "1", "3"]]}
LATE = {"count": "9.5", "sum": "30", "buckets": [[0, "0.5", "1", "4"], [0, "4", "8", "5.5"]]}
NONE_YET = {"count": "0", "sum": "0"}


def vector(*histograms: dict[str, Any]) -> dict[str, Any]:
    result = [{"metric": {"instance": str(at)}, "histogram": [NOON, one]} for at, one in enumerate(histograms)]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def matrix(*histograms: dict[str, Any]) -> dict[str, Any]:
    samples = [[NOON + 60 * at, one] for at, one in enumerate(histograms)]
    return {"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "histograms": samples}]}}


def answered(type: str, frames: dict[str, Answered], **display: Any) -> dict[str, Any]:
    given = document(type, {"promql": "rate(took[5m])"}, display=display)
    PANEL_TYPES[type].context(given, frames, ask(hours=1))
    return PANEL_TYPES[type].answer(given, frames, ask(hours=1)).data


def bins(*histograms: dict[str, Any]) -> list[tuple[float | None, float | None, float]]:
    rows = with_names(read_rows(vector(*histograms), most_rows=1_000, buckets=True), "", {})
    return [(one["low"], one["high"], one["count"]) for one in answered("histogram", {"rows": rows})["bins"] if one["count"]]


def test_a_histogram_draws_its_buckets() -> None:
    assert bins(MIXED) == [
        (-1.6817928305074288, -1.414213562373095, 1),
        (-1.414213562373095, -1.189207115002721, 2),
        (-0.001, 0.001, 12),
        (1.414213562373095, 1.6817928305074288, 2),
    ]


def test_those_of_several_series_are_added() -> None:
    assert bins(EARLY, LATE, NONE_YET) == [(0.5, 1, 7), (4, 8, 5.5)]


def test_a_heatmap_has_a_row_a_bucket_over_time() -> None:
    frame = named(read_series(matrix(EARLY, LATE), most_points=1_000, step=60, buckets=True), "", {})
    assert answered("heatmap", {"series": frame}, rows="le", unit="s")["rows"] == [
        {"label": "0 – 500 ms", "values": [None, None]},
        {"label": "500 ms – 1 s", "values": [3.0, 4.0]},
        {"label": "1 – 4 s", "values": [None, None]},
        {"label": "4 – 8 s", "values": [None, 5.5]},
    ]
    both = named(read_series(matrix(MIXED), most_points=1_000, step=60, buckets=True), "{{le}}", {})
    assert answered("heatmap", {"series": both}, rows="le")["rows"][0] == {"label": "-1.682 – -1.414", "values": [1.0]}


def test_many_buckets_are_fewer_wider_ones() -> None:
    fine = {"buckets": [[0, str(at), str(at + 1), "1"] for at in range(1_000)]}
    bounds = bounds_of([fine], most_points=50_000)
    assert (len(bounds), bounds[0], bounds[-1]) == (MOST_BOUNDS, 0, 1_000)
    frame = read_series(matrix(*[fine] * 100), most_points=1_000, step=60, buckets=True)
    assert (len(frame.series), frame.truncated) == (10, False)
    assert max(one.values[0] for one in frame.series) == 1_000


def test_other_panels_say_what_to_write() -> None:
    for frame in (read_rows(vector(EARLY), most_rows=10), read_series(matrix(EARLY), most_points=10, step=60)):
        assert frame.row_count == 0
        assert "histogram_quantile(0.95, …)" in frame.notes[0]
    assert read_rows(vector(EARLY), most_rows=10, buckets=True).notes == ()


def test_open_ends_are_bounds_too() -> None:
    all_of_them = {"buckets": [[2, "-Inf", "-1", "1"], [0, "1", "+Inf", "2"]]}
    assert bins(all_of_them) == [(None, -1, 1), (1, None, 2)]


def test_only_panels_that_draw_buckets_ask_for_them() -> None:
    def query(type: str, **display: Any) -> Any:
        several = {"queries": [{"promql": "a"}, {"promql": "b"}]}
        given = document(type, several if type == "histogram" else {"promql": "a"}, display=display)
        (found,) = PANEL_TYPES[type].queries(given, ask(hours=1)).values()
        return found.parts[0] if isinstance(found, PromQueries) else found

    found = [query("histogram"), query("heatmap", rows="le"), query("heatmap"), query("timeseries"), query("gauge")]
    assert all(isinstance(one, PromQuery) for one in found)
    assert [one.buckets for one in found] == [True, True, False, False, False]


@pytest.mark.parametrize("sample", ["x", 7, [], {"buckets": [[1]]}, {"buckets": [[0, "a", "b", "c"]]}, {"buckets": 3}])
def test_what_is_no_histogram_is_an_error_that_the_source_words(sample: Any) -> None:
    answer = {"data": {"resultType": "vector", "result": [{"metric": {}, "histogram": [NOON, sample]}]}}
    with pytest.raises((TypeError, ValueError)):
        read_rows(answer, most_rows=10, buckets=True)
