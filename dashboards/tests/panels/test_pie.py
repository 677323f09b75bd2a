"""Pies: shares of a whole."""

import sys
from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.tests.panels.frames import ask, document, frame, plain
from datasources.frame import Frame

PIE = PANEL_TYPES["pie"]


def context(rows: Frame, **display: Any) -> dict[str, Any]:
    return PIE.context(document("pie", {"sql": "SELECT 1"}, display=display), {"rows": rows}, ask())


def answered(rows: Frame, **display: Any) -> dict[str, Any]:
    return PIE.answer(document("pie", {"sql": "SELECT 1"}, display=display), {"rows": rows}, ask()).data


def test_slices_are_shares_the_largest_first() -> None:
    data = answered(frame(label=["a", "b", "a"], value=[1, 6, 1]))
    assert data["slices"] == [{"label": "b", "value": 6.0, "share": 0.75}, {"label": "a", "value": 2.0, "share": 0.25}]
    assert data["total"] == 8.0


def test_the_smallest_slices_are_one() -> None:
    rows = frame(label=["a", "b", "c", "d"], value=[8, 4, 2, 1])
    assert [(one["label"], one["value"]) for one in answered(rows, limit=3)["slices"]] == [("a", 8.0), ("b", 4.0), ("other", 3.0)]
    taken = frame(label=["other", "b", "c", "d"], value=[8, 4, 2, 1])
    assert [one["label"] for one in answered(taken, limit=3)["slices"]] == ["other", "b", "other labels"]


def test_what_is_not_above_nought_has_no_slice_and_that_is_said() -> None:
    drawn = context(frame(label=["a", "b", "c", "d"], value=[1.0, 0.0, -2.0, None]))
    assert [row.label for row in drawn["key"]] == ["a"]
    assert drawn["notes"] == ("3 of 4 rows have no value above nought, and no slice.",)


def test_nothing_above_nought_is_empty() -> None:
    assert context(frame(label=["a"], value=[0]))["is_empty"]


def test_the_largest_numbers_have_a_sum() -> None:
    data = answered(frame(label=["a", "b"], value=[sys.float_info.max, sys.float_info.max]))
    assert data["total"] == sys.float_info.max


def test_a_donut_has_the_whole_in_its_middle() -> None:
    layout = context(frame(label=["a", "b"], value=[1_500, 500]), style="donut", unit="bytes")["figure"]["layout"]
    assert layout["annotations"][0]["text"] == "2 kB"
    assert "annotations" not in context(frame(label=["a"], value=[1]))["figure"]["layout"]


def test_a_slice_has_its_name_and_its_share_alone_for_where_there_is_less_room() -> None:
    (trace,) = context(frame(label=["a", "b"], value=[99, 1]))["figure"]["data"]
    assert (trace["text"], trace["meta"]["shares"]) == (["a 99.0 %", "b 1.0 %"], ["99.0 %", "1.0 %"])
    assert trace["textposition"] == "inside"


def test_labels_are_escaped_and_colours_of_the_document_stay() -> None:
    (trace,) = plain(context(frame(label=["<b>%{text}", "b"], value=[2, 1]), colors={"b": "critical"})["figure"])["data"]
    assert trace["labels"][0] == "&lt;b&gt;&#37;{text}"
    assert trace["meta"]["colours"] == ["", "#EF4444"]


def test_it_is_told_in_words() -> None:
    assert context(frame(label=["a", "b"], value=[3, 1]))["summary"] == "Title, 2 slices. a 3 (75.0 %); b 1 (25.0 %)."


@pytest.mark.parametrize("columns", [{"label": "x", "value": "v", "surplus": 1}, {"value": "v"}])
def test_columns_are_checked(columns: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="columns"):
        document("pie", {"table": "t", "columns": columns})


def test_a_slice_is_called_painted_and_placed_as_an_override_says() -> None:
    overrides = [
        {"match": {"regex": "^(b|c)$"}, "name": "b and c", "color": "critical", "order": -1},
        {"match": "lost", "hidden": True},
        {"match": "a", "link": {"title": "More", "dashboard": "one", "variables": {"it": "${__value.text}"}}},
    ]
    rows = frame(label=["a", "b", "c", "lost", "d", "e"], value=[8, 4, 2, 100, 1, 1])
    key = context(rows, overrides=overrides, limit=3, unit="bytes", colors={"other": "#111111"})["key"]
    assert [(row.label, row.numbers) for row in key] == [
        ("b and c", ("6 B", "37.5 %")), ("a", ("8 B", "50.0 %")), ("other", ("2 B", "12.5 %")),
    ]  # fmt: skip
    assert [row.color for row in key] == ["#EF4444", "", "#111111"]
    assert [row.anchor.href if row.anchor else "" for row in key] == ["", "~/d/one/?var-it=8+B", ""]
    assert len(answered(rows, overrides=overrides)["slices"]) == 6
