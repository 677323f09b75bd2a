"""Heatmaps: values of labels, counts of values, and buckets of Prometheus histograms over time."""

from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import WrongShape
from dashboards.panels.cell_grid import bucket_for, cells_of
from dashboards.tests.panels.frames import NOON, ask, document, plain, points, series, series_frame
from datasources.base import SeriesQuery
from datasources.frame import Series
from datasources.timerange import Bucket

HEATMAP = PANEL_TYPES["heatmap"]
TABLE = {"table": "cpu", "columns": {"timestamp": "at", "value": "v", "series_label": "s"}}
START = NOON.timestamp()


def context(*rows: Series, source: dict[str, Any] | None = None, **display: Any) -> dict[str, Any]:
    given = document("heatmap", source or {"sql": "SELECT 1"}, display=display)
    return HEATMAP.context(given, {"series": series_frame(*rows)}, ask(hours=1))


def answered(*rows: Series, **display: Any) -> dict[str, Any]:
    given = document("heatmap", {"sql": "SELECT 1"}, display=display)
    return HEATMAP.answer(given, {"series": series_frame(*rows)}, ask(hours=1)).data


@pytest.mark.parametrize(
    ("hours", "max_points", "bucket"),
    [(1, 1_500, Bucket(15, "second")), (24, 1_500, Bucket(600, "second")), (24, 300, Bucket(1_800, "second")),
     (24 * 365, 1_500, Bucket(1, "week")), (24 * 365 * 100, 1_500, Bucket(1, "month"))],
)  # fmt: skip
def test_cells_are_as_wide_as_can_be_told_apart(hours: float, max_points: int, bucket: Bucket) -> None:
    assert bucket_for(ask(hours=hours).time_range, max_points) == bucket


def test_a_table_is_asked_by_bucket_unless_its_values_are_counted() -> None:
    asked = [
        HEATMAP.queries(document("heatmap", TABLE, display={"rows": rows}), ask(hours=1))["series"]
        for rows in ("labels", "values")
    ]
    assert [query.bucket if isinstance(query, SeriesQuery) else 0 for query in asked] == [Bucket(15, "second"), None]


def test_each_label_is_a_row_of_cells() -> None:
    data = answered(series([1, None, 3], label="a"), points([START + 60], [7], label="b"))
    assert data["rows"] == [{"label": "a", "values": [1.0, None, 3.0]}, {"label": "b", "values": [None, 7.0, None]}]
    assert data["timestamps"][1] == "2026-03-01T12:01:00+00:00"


def test_several_points_of_a_cell_are_their_mean_or_the_last() -> None:
    rows = [points([START, START + 10, START + 60], [2, 4, 9])]
    bucket = Bucket(60, "second")
    assert cells_of(rows, bucket).values.tolist() == [[3.0, 9.0]]
    assert cells_of(rows, bucket, of_several="last").values.tolist() == [[4.0, 9.0]]


def test_a_single_point_is_a_cell() -> None:
    assert answered(points([START], [5]))["rows"] == [{"label": "a", "values": [5.0]}]


def test_values_are_counted_by_size_and_time() -> None:
    data = answered(points([START, START + 1, START + 2, START + 3_000], [1, 1, 9, 9]), rows="values", bins=4)
    counts = {row["label"]: [count for count in row["values"] if count is not None] for row in data["rows"]}
    assert sum(map(sum, counts.values())) == 4
    assert [2.0] in counts.values()


def test_cumulative_buckets_are_made_differences() -> None:
    data = answered(series([10, 20], label="+Inf"), series([2, 2], label="0.1"), series([7, 20], label="1"), rows="le", unit="s")
    assert data["rows"] == [
        {"label": "0 – 100 ms", "values": [2.0, 2.0]},
        {"label": "100 ms – 1 s", "values": [5.0, 18.0]},
        {"label": "above 1 s", "values": [3.0, None]},
    ]


def test_a_label_that_is_no_bound_is_a_clear_error() -> None:
    with pytest.raises(WrongShape, match=r"“web” is none"):
        answered(series([1], label="web"), rows="le")


def test_the_figure_has_rows_of_values_and_the_ends_of_the_colours() -> None:
    figure = plain(context(series([1_500, 3_000], label="<b>"), unit="bytes", max=6_000)["figure"])
    (trace,) = figure["data"]
    assert (trace["x0"], trace["dx"], trace["y"], trace["name"]) == (START * 1_000, 60_000, [1.5, 3.0], "&lt;b&gt;")
    assert figure["layout"]["meta"]["heat"] == {"low": 1.5, "high": 6.0, "log": False}
    assert figure["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;"]


def test_few_of_many_rows_have_their_name_beside_the_axis() -> None:
    axis = context(*[series([1.0], label=f"{n:02}") for n in range(40)])["figure"]["layout"]["yaxis"]
    assert axis["ticktext"] == [f"{n:02}" for n in range(0, 40, 4)]


def test_it_is_told_in_words_and_as_a_table() -> None:
    drawn = context(series([1, None, 4], label="a"), unit="percent")
    assert drawn["summary"] == "Title, 1 rows. a between 1 % and 4 %."
    assert drawn["twin"]()["rows"] == [{"time": "a", "values": ["1 %", "2.5 %", "4 %", "4 %"]}]


def test_a_row_of_labels_is_called_and_placed_as_an_override_says() -> None:
    rows = [series([1.0], label=label) for label in ("a", "b", "c")]
    overrides = [{"match": "a", "hidden": True}, {"match": {"regex": "c"}, "name": "<c>", "order": -1}]
    drawn = context(*rows, overrides=overrides)
    assert drawn["figure"]["layout"]["yaxis"]["ticktext"] == ["&lt;c&gt;", "b"]
    assert drawn["notes"] == ()
    assert [row["label"] for row in answered(*rows, overrides=overrides)["rows"]] == ["a", "b", "c"]


@pytest.mark.parametrize("rows", ["values", "le"])
def test_ranges_of_values_have_no_overrides(rows: str) -> None:
    with pytest.raises(ValueError, match="overrides are for rows of labels"):
        document("heatmap", {"sql": "SELECT 1"}, display={"rows": rows, "overrides": [{"match": "a", "name": "b"}]})
