"""Figures: what is drawn where, checked by Plotly's own schema."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from plotly import graph_objects

from dashboards.panels import PANEL_TYPES
from dashboards.panels.figures import MOST_POINTS, Look, colour_places, draw
from dashboards.panels.looks import SeriesLook, looks_of
from dashboards.panels.parts import Threshold
from dashboards.tests.panels.frames import NOON, ask, document, frame, plain, points, series, series_frame
from datasources.frame import Series
from datasources.timerange import TimeRange

HOUR = TimeRange(NOON, NOON + timedelta(hours=1))
START = NOON.timestamp()


def drawn_as(
    all_series: Sequence[Series], unit: str = "", decimals: int | None = None, style: Any = "lines", **look: Any
) -> dict:
    usual = SeriesLook(name="", unit=unit, decimals=decimals, style=style)
    return draw(all_series, Look(series=looks_of(all_series, usual, colours={})[1], **look), HOUR)


def trace(*all_series: Series, **look: Any) -> dict:
    figure = plain(drawn_as(all_series, **look))
    graph_objects.Figure(figure | {"data": [{**drawn, "meta": None} for drawn in figure["data"]]})
    return figure["data"][0]


def test_regular_points_are_a_start_and_a_step() -> None:
    drawn = trace(series([1.0, 2.0, 3.0]), step=60.0)
    assert (drawn["x0"], drawn["dx"], drawn["y"]) == (START * 1_000, 60_000, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("look", "axis"),
    [
        ({"low": 0.0}, {"autorangeoptions": {"minallowed": 0.0}}),
        ({"high": 9.0}, {"autorangeoptions": {"maxallowed": 9.0}}),
        ({"low": 0.0, "high": 9.0}, {"range": [0.0, 9.0]}),
    ],
)
def test_an_axis_ends_where_it_is_said(look: dict, axis: dict) -> None:
    """Half a range is lost when a chart is drawn a second time: one end is what the axis may have at most."""
    figure = plain(drawn_as([series([3.0, 5.0])], step=60.0, **look))
    graph_objects.Figure({"layout": figure["layout"]})
    assert axis.items() <= figure["layout"]["yaxis"].items()
    assert len(axis.keys() & {"range"}) == ("range" in figure["layout"]["yaxis"])


def test_a_missing_bucket_is_a_hole_in_the_line() -> None:
    whole = series([1.0, 2.0, 3.0, 4.0])
    holed = points([*whole.times[:1], *whole.times[2:]], [1.0, 3.0, 4.0])
    assert trace(holed, step=60.0)["y"] == [1.0, None, 3.0, 4.0]


def test_irregular_points_stand_where_they_are_and_break_at_a_pause() -> None:
    times = [START + second for second in (0, 10, 21, 30, 41, 600, 611)]
    drawn = trace(points(times))
    assert drawn["y"] == [0, 1, 2, 3, 4, None, 5, 6]
    assert len(drawn["x"]) == 8


def test_more_points_than_can_be_drawn_are_thinned_without_holes() -> None:
    many = series([float(place % 50) for place in range(2 * MOST_POINTS)])
    drawn = trace(many, step=60.0)
    assert 1_000 < len(drawn["y"]) <= MOST_POINTS + 2
    assert None not in drawn["y"]
    assert drawn["x"] == sorted(drawn["x"])


def test_many_series_share_the_points_that_can_be_drawn() -> None:
    all_series = [series([float(place % 7) for place in range(1_440)], label=f"s{number}") for number in range(20)]
    figure = plain(drawn_as(all_series, step=60.0))
    assert sum(len(drawn["y"]) for drawn in figure["data"]) <= MOST_POINTS + 40
    assert not any(None in drawn["y"] for drawn in figure["data"])


def test_a_point_alone_is_seen_and_no_other() -> None:
    assert trace(series([5.0]))["mode"] == "lines+markers"
    drawn = trace(series([1.0, None, 3.0, 4.0]), step=60.0)
    assert (drawn["mode"], drawn["marker"]["size"]) == ("lines+markers", [4, 0, 0, 0])
    assert trace(series([1.0, 2.0]))["mode"] == "lines"


def test_times_are_the_viewers_wall_clock() -> None:
    drawn = trace(series([1.0, 2.0]), step=60.0, zone=ZoneInfo("Asia/Kolkata"))
    assert drawn["x0"] == (START + 5.5 * 3_600) * 1_000


def test_where_clocks_go_back_the_line_breaks() -> None:
    """26 October 2025, 03:00 in Berlin becomes 02:00 again."""
    change = 1_761_440_400.0
    drawn = trace(series([1.0, 2.0, 3.0, 4.0], step=1_800, start=change - 3_600), step=1_800.0, zone=ZoneInfo("Europe/Berlin"))
    assert drawn["y"] == [1.0, 2.0, None, 3.0, 4.0]


def test_text_from_data_is_no_markup() -> None:
    drawn = trace(series([1.0], label='<a href="javascript:alert(1)">x</a>\u202e'))
    assert drawn["name"] == '&lt;a href="javascript:alert(1)"&gt;x&lt;/a&gt;'


@pytest.mark.parametrize("style", ["lines", "area", "bars", "points"])
@pytest.mark.parametrize("stacked", [True, False])
def test_every_style_is_one_plotly_knows(style: str, stacked: bool) -> None:
    assert trace(series([1.0, None, 3.0]), series([2.0], label="b"), style=style, stacked=stacked, step=60.0)


def test_thresholds_are_lines_bands_and_labels() -> None:
    marks = [Threshold(value=2, color="#F59E0B", label="<b>warm</b>"), Threshold(value=4, color="#EF4444")]
    layout = drawn_as([series([1.0, 5.0])], thresholds=marks)["layout"]
    assert [shape["type"] for shape in layout["shapes"]] == ["rect", "rect", "line", "line"]
    assert [mark["text"] for mark in layout["annotations"]] == ["&lt;b&gt;warm&lt;/b&gt;"]


def test_a_threshold_far_away_does_not_squeeze_the_data() -> None:
    far = [Threshold(value=1e9, color="#EF4444", label="never")]
    assert "shapes" not in drawn_as([series([1.0, 5.0])], thresholds=far)["layout"]


def test_a_series_keeps_its_colour_when_another_comes() -> None:
    few, more = colour_places(["api", "web"]), colour_places(["api", "web", "mail"])
    assert {label: more[label] for label in few} == few


def test_no_series_is_an_empty_chart_over_the_whole_range() -> None:
    figure = drawn_as([])
    assert figure["data"] == []
    assert figure["layout"]["xaxis"]["range"] == [START * 1_000, (START + 3_600) * 1_000]


def test_a_kpis_course_breaks_where_nothing_was_measured() -> None:
    kind, kpi = PANEL_TYPES["kpi"], document("kpi", {"table": "cpu", "columns": {"value": "percent", "timestamp": "at"}})
    course = points([START, START + 360, START + 7_200, START + 7_560])
    frames = {"value": frame(value=[1.0]), "course": series_frame(course)}
    line = kind.context(kpi, frames, ask(hours=6))["sparkline"].line
    assert line.count("M") == 2


def test_points_have_the_digits_that_are_read_however_far_they_reach() -> None:
    wide = [Series("a", np.array([0.0, 60.0, 120.0]), np.array([0.0, 61.23456, 500_000.0]))]
    assert [drawn_as(wide, decimals=decimals)["data"][0]["y"][1] for decimals in (None, 0, 3)] == [100, 61, 61.235]
