"""Bars: from rows to categories and series, in order, and drawn."""

from datetime import date
from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.crosstab import crosstab
from dashboards.tests.panels.frames import ask, document, frame, plain, typed_frame
from datasources.base import GroupQuery
from datasources.frame import Frame
from datasources.timerange import UTC_ZONE

BAR = PANEL_TYPES["bar"]
SQL = {"sql": "SELECT 1"}
ORDERS = frame(country=["FR", "FR", "DE", None], status=["paid", "open", "paid", "paid"], n=[3, 1, 5, 2])


def answered(rows: Frame, **display: Any) -> dict[str, Any]:
    return BAR.answer(document("bar", SQL, display=display), {"rows": rows}, ask()).data


def context(rows: Frame, **display: Any) -> dict[str, Any]:
    return BAR.context(document("bar", SQL, display=display), {"rows": rows}, ask())


def test_texts_are_the_category_and_the_series() -> None:
    assert answered(ORDERS) == {
        "categories": ["FR", "DE", "none"],
        "series": [{"label": "paid", "values": [3.0, 5.0, 2.0]}, {"label": "open", "values": [1.0, None, None]}],
    }


def test_several_columns_of_numbers_are_series_of_their_names() -> None:
    found = crosstab(frame(day=[date(2026, 3, 1), date(2026, 3, 2)], in_=[1, 2], out=[3, None]), "bars", UTC_ZONE)
    assert (found.categories, found.series) == (["2026-03-01", "2026-03-02"], ["in_", "out"])


def test_names_say_what_is_what() -> None:
    rows = frame(series=["a", "b"], category=["x", "x"], value=[1, 2], id=[7, 8])
    found = crosstab(rows, "bars", UTC_ZONE)
    assert (found.categories, found.series, found.values.tolist()) == (["x"], ["a", "b"], [[1.0], [2.0]])


def test_rows_of_one_category_are_added() -> None:
    assert answered(frame(k=["x", "y", "x", "x"], n=[1, 2, 10, None]))["series"] == [{"label": "n", "values": [11.0, 2.0]}]


@pytest.mark.parametrize(
    ("sort", "found"), [("none", ["b", "C", "a"]), ("category", ["a", "b", "C"]), ("value", ["C", "a", "b"])]
)
def test_categories_stand_in_the_documents_order(sort: str, found: list[str]) -> None:
    assert answered(frame(k=["b", "C", "a"], n=[1, 9, 3]), sort=sort)["categories"] == found


def test_the_largest_categories_stay_in_their_order() -> None:
    drawn = context(frame(k=["a", "b", "c", "d"], n=[4, 1, -9, 3]), limit=2)
    assert drawn["figure"]["data"][0]["x"] == ["a", "c"]
    assert drawn["notes"] == ("The 2 largest of 4 categories are shown.",)


def test_no_more_bars_are_drawn_than_have_place() -> None:
    rows = frame(k=[f"c{n // 20}" for n in range(20_000)], s=[f"s{n % 20}" for n in range(20_000)], n=[1] * 20_000)
    drawn = context(rows, limit=1_000)["figure"]["data"]
    assert (len(drawn), len(drawn[0]["x"])) == (20, 50)


def test_lying_bars_have_their_values_along_x() -> None:
    figure = plain(
        context(ORDERS, orientation="horizontal", mode="stacked", thresholds=[{"value": 4, "color": "#f00", "label": "much"}])[
            "figure"
        ]
    )
    (first, _), layout = figure["data"], figure["layout"]
    assert (first["orientation"], first["x"], first["y"]) == ("h", [3, 5, 2], ["FR", "DE", "none"])
    assert (layout["barmode"], layout["yaxis"]["autorange"], layout["xaxis"]["type"]) == ("stack", "reversed", "linear")
    (line,) = (shape for shape in layout["shapes"] if shape["type"] == "line")
    assert (line["x0"], line["x1"], line["yref"], line["layer"]) == (4, 4, "paper", "above")
    assert layout["annotations"][0]["x"] == 4


def test_the_axis_of_stacked_bars_has_one_prefix_for_their_sums() -> None:
    axis = context(frame(k=["a", "a"], s=["x", "y"], n=[800.0, 900.0]), unit="bytes", mode="stacked")["figure"]["layout"]["yaxis"]
    assert axis["ticksuffix"] == " kB"


def test_a_mapping_names_values_and_colours_the_only_series() -> None:
    mapped = {"value": 3, "text": "three", "color": "#ff0000"}
    trace = context(frame(k=["a", "b"], n=[3, 4]), mappings=[mapped])["figure"]["data"][0]
    assert (trace["text"], trace["meta"]["colours"]) == (["three", "4"], ["#ff0000", ""])


def test_labels_that_are_cut_alike_stay_apart() -> None:
    trace = context(frame(k=["x" * 60 + "a", "x" * 60 + "b", "<b>%{y}"], n=[1, 2, 3]))["figure"]["data"][0]
    assert len(set(trace["x"])) == 3
    assert trace["x"][2] == "&lt;b&gt;&#37;{y}"


def test_it_is_told_in_words_and_as_a_table() -> None:
    drawn = context(ORDERS)
    assert drawn["summary"] == "Title, 3 categories. FR paid 3, open 1; DE paid 5, open –; none paid 2, open –."
    assert drawn["twin"]()["rows"][0] == {"time": "FR", "values": ["3", "1"]}
    assert [(row.label, row.numbers) for row in drawn["key"]] == [("paid", ("10",)), ("open", ("1",))]
    assert context(frame(k=["a"], n=[1]))["key"] == []


def test_a_table_is_grouped_by_category_and_series() -> None:
    source = {
        "table": "orders",
        "columns": {"category": "country", "value": "id", "series_label": "status"},
        "aggregate": "count",
    }
    query = BAR.queries(document("bar", source), ask(hours=1))["rows"]
    assert isinstance(query, GroupQuery)
    assert query.groups == {"category": "country", "series_label": "status"}


def test_a_category_may_be_a_number_where_it_is_named() -> None:
    rows = typed_frame({"category": ("number", "int4"), "value": ("number", "int8")}, (2_025, 5), (2_026, 7))
    assert answered(rows)["categories"] == ["2025", "2026"]


def test_a_series_is_called_painted_and_placed_as_an_override_says() -> None:
    link = {"title": "Its orders", "dashboard": "orders", "variables": {"status": "${__series.name}"}}
    overrides = [
        {"match": "open", "name": "Not paid yet", "color": "#EF4444", "order": -1, "link": link},
        {"match": {"regex": "^can"}, "hidden": True},
    ]
    rows = frame(country=["FR", "FR", "DE"], status=["paid", "open", "cancelled"], n=[3, 1, 500])
    drawn = context(rows, overrides=overrides, limit=1)
    assert [(row.label, row.numbers, row.color) for row in drawn["key"]] == [
        ("Not paid yet", ("1",), "#EF4444"),
        ("paid", ("3",), ""),
    ]
    assert drawn["figure"]["data"][0]["x"] == ["FR"]  # what is hidden makes no category large
    assert drawn["figure"]["data"][0]["marker"] == {"color": "#EF4444"}
    assert drawn["key"][0].anchor.href == "~/d/orders/?var-status=open"
    assert drawn["key"][1].number == context(rows)["key"][0].number  # its place in the palette is by its label
    assert [one["label"] for one in answered(rows, overrides=overrides)["series"]] == ["paid", "open", "cancelled"]


def test_the_only_series_has_a_key_where_it_leads_on() -> None:
    rows = frame(country=["FR"], n=[3])
    assert context(rows)["key"] == []
    link = {"title": "More", "url": "https://wiki.example/${__value.raw}"}
    assert [row.anchor.href for row in context(rows, overrides=[{"match": "n", "link": link}])["key"]] == [
        "https://wiki.example/3.0"
    ]
