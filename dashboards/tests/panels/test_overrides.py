"""What single series have otherwise than their chart: drawn, in the legend, in the table twin, and when only points are sent."""

import re
from typing import Any

import pytest
from django.template.loader import get_template
from plotly import graph_objects

from dashboards.panels import PANEL_TYPES
from dashboards.panels.compact import compacted
from dashboards.panels.document import DocumentInvalid
from dashboards.section import Section
from dashboards.tests.panels.frames import ask, frame, plain, sample_document, series, series_frame
from datasources.frame import SeriesFrame
from datasources.merging import merged
from datasources.prom_queries import PromQuery
from datasources.timerange import TimeRange

KIND = PANEL_TYPES["timeseries"]
WEB, DB, MAIL = (series([1.0, 2.0, 4.0], label=label) for label in ("web", "db", "mail"))


def context(*all_series: Any, **display: Any) -> dict[str, Any]:
    document = sample_document("timeseries", display=display)
    made = KIND.context(document, {"series": series_frame(*all_series)}, ask(hours=1))
    figure = plain(made["figure"])
    graph_objects.Figure(figure | {"data": [{**trace, "meta": None} for trace in figure["data"]]})
    return made


def test_a_series_has_the_name_colour_and_style_of_its_override() -> None:
    look = {"name": "Web <1>", "color": "critical", "style": "bars"}
    made = context(WEB, DB, overrides=[{"match": "web", **look}, {"match": {"name": "db"}, "dash": "dot", "width": 3}])
    web, db = made["figure"]["data"]
    assert (web["name"], web["type"], web["marker"], "series" in web["meta"]) == (
        "Web &lt;1&gt;",
        "bar",
        {"color": "#EF4444"},
        False,
    )
    assert (db["line"], made["figure"]["layout"]["barmode"]) == ({"width": 3, "dash": "dot"}, "group")
    assert [(row.label, row.of, row.color) for row in made["legend"]] == [("Web <1>", "web", "#EF4444"), ("db", "", "")]
    assert made["summary"].startswith("Title, 2 series. Web <1> last 4, between 1 and 4")
    assert made["twin"]()["labels"] == ["Web <1>", "db"]


def test_another_unit_stands_on_the_right_axis_with_its_own_prefix() -> None:
    bytes_of = series([2e9, 2.5e9, 3e9], label="memory")
    made = context(WEB, bytes_of, unit="percent", overrides=[{"match": {"regex": "^mem"}, "unit": "bytes", "decimals": 2}])
    left, right = made["figure"]["data"]
    layout = made["figure"]["layout"]
    assert ("yaxis" in left, right["yaxis"], list(right["y"])) == (False, "y2", [2.0, 2.5, 3.0])
    assert (layout["yaxis"]["ticksuffix"], layout["yaxis2"]["ticksuffix"], layout["yaxis2"]["side"]) == (" %", " GB", "right")
    assert (left["hovertemplate"], right["hovertemplate"]) == ("%{y:,.4~r} %", "%{y:,.2f} GB")
    assert [row.numbers[-1] for row in made["legend"]] == ["4 %", "3.00 GB"]
    assert [row.is_right for row in made["legend"]] == [False, True]
    assert made["twin"]()["rows"][0]["values"] == ["4 %", "3.00 GB"]


def test_two_units_on_one_axis_are_both_read_as_they_are() -> None:
    slow = series([1_500.0, 2_000.0, 2_500.0], label="latency")
    overrides = [{"match": "latency", "unit": "ms", "axis": "left"}]
    made = context(WEB, slow, unit="percent_unit", overrides=overrides)
    assert "yaxis2" not in made["figure"]["layout"]
    assert made["figure"]["layout"]["yaxis"]["ticksuffix"] == ""
    web, latency = made["figure"]["data"]
    assert (list(web["y"]), web["hovertemplate"]) == ([100, 200, 400], "%{y:,.4~r} %")
    assert (list(latency["y"]), latency["hovertemplate"]) == ([1_500, 2_000, 2_500], "%{y:,.4~r} ms")


def test_where_all_series_have_another_unit_they_stand_on_the_left() -> None:
    made = context(WEB, DB, unit="percent", overrides=[{"match": {"regex": "."}, "unit": "ms"}])
    assert made["figure"]["layout"]["yaxis"]["ticksuffix"] == " ms"
    assert "yaxis2" not in made["figure"]["layout"]


def test_hidden_series_are_nowhere_and_others_stand_in_their_order() -> None:
    made = context(WEB, DB, MAIL, overrides=[{"match": "db", "hidden": True}, {"match": "mail", "order": -1}])
    assert [trace["name"] for trace in made["figure"]["data"]] == ["mail", "web"] == [row.label for row in made["legend"]]
    assert "db" not in made["summary"]


def test_a_series_keeps_its_colour_under_another_name() -> None:
    before, after = context(WEB, DB), context(WEB, DB, overrides=[{"match": "web", "name": "aaa"}])
    assert [row.number for row in before["legend"]] == [row.number for row in after["legend"]]


def test_the_later_override_wins_in_what_it_says() -> None:
    made = context(WEB, unit="s", overrides=[{"match": {"regex": "w"}, "unit": "ms", "name": "a"}, {"match": "web", "name": "b"}])
    assert (made["legend"][0].label, made["legend"][0].numbers[-1]) == ("b", "4 ms")


def test_the_legend_has_the_columns_it_is_told() -> None:
    made = context(WEB, legend=["p95", "count", "delta"], decimals=1)
    assert (made["columns"], made["legend"][0].numbers) == (["p95", "count", "delta"], ("3.8", "3.0", "3.0"))
    section = Section(slug="s", type="timeseries", title="S", url="/p/", view_url="/v/", state="fresh")
    html = get_template("panels/timeseries.html").render({"section": section, "panel": made})
    assert re.findall(r'<th scope="col">(\w+)</th>', html) == ["Series", "p95", "count", "delta"]


def test_values_that_all_have_names_are_read_by_them() -> None:
    up = series([1.0, 0.0, 1.0], label="web")
    mappings = [{"value": 0, "text": "<down>"}, {"value": 1, "text": "up"}]
    made = context(up, mappings=mappings)
    assert made["figure"]["layout"]["yaxis"] == {"tickmode": "array", "tickvals": [0, 1], "ticktext": ["&lt;down&gt;", "up"]}
    assert made["figure"]["data"][0]["hovertemplate"] == "%{y}"
    assert made["legend"][0].numbers == ("<down>", "0.6667", "up", "up")
    assert "tickvals" not in context(series([1.0, 0.5], label="web"), mappings=mappings)["figure"]["layout"]["yaxis"]


def test_percents_of_thresholds_are_of_the_axis() -> None:
    thresholds = [{"value": 50, "color": "warning", "label": "half"}]
    made = context(WEB, thresholds=thresholds, threshold_mode="percent", y_min=0, y_max=8)
    assert [shape["y0"] for shape in made["figure"]["layout"]["shapes"]][-1] == 4
    made = context(WEB, thresholds=thresholds, threshold_mode="percent")
    assert [shape["y0"] for shape in made["figure"]["layout"]["shapes"]][-1] == 2.5


@pytest.mark.parametrize("name", ["web", 'x" onclick="alert(1)', "</script>", "%{x}"])
def test_a_changed_chart_is_extended_by_its_newest_points(name: str) -> None:
    """With overrides as without: what differs is sent, and names and numbers of the legend are those of the whole."""
    document = sample_document(
        "timeseries", display={"unit": "percent", "overrides": [{"match": "memory", "unit": "bytes", "name": name}]}
    )

    def at(count: int) -> dict[str, Any]:
        values = [float(place % 7) for place in range(count)]
        frames = {"series": series_frame(series(values, label="cpu"), series([value * 1e9 for value in values], label="memory"))}
        return KIND.context(document, frames, ask(hours=10))

    held, now = at(500), at(501)
    tail = KIND.tail(now, str(held["held"]))
    assert tail is not None
    assert sum(len(points[0]) for _, points in tail["parts"]) < 50
    assert [len(numbers) for numbers in tail["legend"]] == [4, 4]
    assert tail["legend"][1] == now["legend"][1].numbers
    assert tail["layout"]["yaxis2"] == now["figure"]["layout"]["yaxis2"]
    assert plain(compacted(now["figure"]))["data"][1]["y"]["steps"]


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ({"match": {}}, r"overrides\[0\]\.match.*name, regex or query"),
        ({"match": {"regex": "("}}, r"overrides\[0\]\.match\.regex"),
        ({"match": "x", "axis": "top"}, r"overrides\[0\]\.axis"),
        ({"match": "x", "color": "red;"}, r"overrides\[0\]\.color"),
        ({"match": "x", "link": 1, "stile": 2}, "is not known here"),
        ({"name": "x"}, r"overrides\[0\]\.match.*required"),
    ],
)
def test_a_wrong_override_is_refused_at_its_path(override: dict[str, Any], path: str) -> None:
    with pytest.raises(DocumentInvalid, match=path):
        sample_document("timeseries", display={"overrides": [override]})


def test_the_series_of_one_query_are_matched_by_its_letter() -> None:
    queries = [PromQuery(text=text, time_range=TimeRange()) for text in ("web", "db")]
    both = merged([series_frame(WEB), series_frame(DB)], queries)
    assert isinstance(both, SeriesFrame)
    made = context(*both.series, overrides=[{"match": {"query": "B"}, "name": "second"}])
    assert sorted(row.label for row in made["legend"]) == ["second", "web"]
    assert [row.label for row in context(WEB, overrides=[{"match": {"query": "A"}, "name": "only"}])["legend"]] == ["only"]


@pytest.mark.parametrize("type", ["gauge", "pie"])
def test_the_rows_of_one_query_are_matched_by_its_letter(type: str) -> None:
    queries = [PromQuery(text=text, time_range=TimeRange(), letter=letter) for text, letter in (("up", "A"), ("age", "B"))]
    rows = merged([frame(label=["x", "y"], value=[1.0, 2.0]), frame(label=["x"], value=[4.0])], queries)
    display = {"overrides": [{"match": {"query": "B", "name": "x"}, "name": "second"}]}
    kind = PANEL_TYPES[type]
    made = kind.context(sample_document(type, display=display), {"rows": rows}, ask())
    assert sorted(one.label for one in made["dials" if type == "gauge" else "key"]) == ["second", "x", "y"]
    alone = {"overrides": [{"match": {"query": "A"}, "hidden": True}]}
    assert kind.context(sample_document(type, display=alone), {"rows": frame(label=["x"], value=[1.0])}, ask())["is_empty"]


@pytest.mark.parametrize("type", ["bar", "table"])
def test_what_is_of_no_single_query_is_not_matched_by_one(type: str) -> None:
    with pytest.raises(DocumentInvalid, match=r"overrides\[0\]\.match.*of no single query: match by name or regex"):
        sample_document(type, display={"overrides": [{"match": {"query": "A"}, "hidden": True}]})
