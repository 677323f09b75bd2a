"""Gauges: where their dials begin and end, what stands on them, and what is said of them."""

import re
from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.dial import arc, bands, needle, share
from dashboards.panels.parts import Threshold
from dashboards.tests.panels.frames import NOON, ask, document, frame
from datasources.base import GroupQuery, TableQuery
from datasources.frame import Frame

GAUGE = PANEL_TYPES["gauge"]
LEVELS = [{"value": 50, "color": "#F59E0B", "label": "high"}, {"value": 80, "color": "#EF4444", "label": "too high"}]


def context(rows: Frame, **display: Any) -> dict[str, Any]:
    return GAUGE.context(document("gauge", {"sql": "SELECT 1"}, display=display), {"rows": rows}, ask())


def answered(rows: Frame, **display: Any) -> dict[str, Any]:
    return GAUGE.answer(document("gauge", {"sql": "SELECT 1"}, display=display), {"rows": rows}, ask()).data


def ends_of(path: str) -> list[tuple[float, float]]:
    numbers = [float(one) for one in re.findall(r"-?\d+\.\d\d", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_each_label_has_its_level() -> None:
    data = answered(frame(label=["a", "b"], value=[60.0, None]), unit="percent", thresholds=LEVELS)
    assert data["gauges"] == [
        {"label": "a", "value": 60.0, "threshold_status": "high", "threshold_color": "#F59E0B"},
        {"label": "b", "value": None, "threshold_status": "good", "threshold_color": "#10B981"},
    ]
    assert (data["min"], data["max"]) == (0.0, 100.0)


@pytest.mark.parametrize(
    ("values", "display", "ends"),
    [
        ([37.0], {}, (0, 50)),
        ([37.0], {"thresholds": LEVELS}, (0, 100)),
        ([37.0], {"unit": "percent"}, (0, 100)),
        ([-4.0, 2.0], {}, (-4, 2)),
        ([3.0], {"min": 2, "max": 4}, (2, 4)),
        ([3.0], {"max": -5}, (-6, -5)),
        ([0.0], {}, (0, 1)),
        ([None], {}, (0, 1)),
    ],
)
def test_dials_end_where_the_document_says_or_at_a_round_number(values: Any, display: Any, ends: tuple[float, float]) -> None:
    data = answered(frame(label=["x"] * len(values), value=values), **display)
    assert (data["min"], data["max"]) == ends


def test_percents_of_thresholds_are_of_the_dial() -> None:
    data = answered(frame(value=[30.0]), min=0, max=40, threshold_mode="percent", thresholds=LEVELS)
    assert data["gauges"][0]["threshold_status"] == "high"


def test_an_arc_goes_round_by_its_share() -> None:
    (left, right), (begin, end) = ends_of(arc(0, 1)), ends_of(arc(0, 0.5))
    assert left[1] == right[1]
    assert begin == left
    assert end == (100.0, 20.0)
    assert " 1 1 " in arc(0, 1)
    assert " 0 1 " in arc(0, 0.5)


def test_a_needle_points_to_its_share() -> None:
    assert ends_of(needle(0.5))[1] == (100.0, 28.0)


def test_values_beyond_the_ends_stand_at_them() -> None:
    assert [share(value, 0, 10) for value in (-5, 0, 5, 25)] == [0, 0, 0.5, 1]


def test_bands_go_from_each_threshold_to_the_next() -> None:
    given = [Threshold.model_validate(one) for one in LEVELS]
    found = bands(given, 0, 100)
    assert [band.colour for band in found] == ["#F59E0B", "#EF4444"]
    assert ends_of(found[0].path)[1] == ends_of(found[1].path)[0]
    assert bands(given, 0, 40) == []


def test_a_dial_says_all_of_itself() -> None:
    (dial,) = context(frame(label=["db"], value=[85.0]), unit="percent", thresholds=LEVELS)["dials"]
    assert dial.said == "db: 85 %, too high, on a scale from 0 % to 100 %"
    (nothing,) = context(frame(label=["db"], value=[None]), thresholds=LEVELS)["dials"]
    assert (nothing.number, nothing.path, nothing.status) == ("No value", "", "")


def test_a_mapping_names_and_colours_a_value() -> None:
    mapping = {"range": {"min": 80}, "text": "full", "color": "critical"}
    (dial,) = context(frame(value=[85.0]), mappings=[mapping])["dials"]
    assert (dial.number, dial.unit, dial.color, dial.shape) == ("full", "", "#EF4444", "octagon")


def test_so_many_are_shown() -> None:
    drawn = context(frame(label=[f"l{n}" for n in range(70)], value=[1.0] * 70))
    assert len(drawn["dials"]) == 60
    assert drawn["notes"] == ("The first 60 of 70 are shown.",)


def test_without_a_label_the_newest_row_is_asked_for() -> None:
    columns = {"value": "v", "timestamp": "at"}
    query = GAUGE.queries(document("gauge", {"table": "t", "columns": columns}), ask(hours=1))["rows"]
    assert isinstance(query, TableQuery)
    assert query.limit == 1
    labelled = {"table": "t", "columns": {**columns, "label": "l"}, "aggregate": "last"}
    assert isinstance(GAUGE.queries(document("gauge", labelled), ask(hours=1))["rows"], GroupQuery)


def test_the_newest_row_of_a_table_is_one_gauge() -> None:
    """It has its time beside its value, which is neither label nor number."""
    assert answered(frame(value=[3.0], timestamp=[NOON]))["gauges"][0]["label"] == ""


def test_a_dial_leads_where_its_link_says() -> None:
    link = {"title": "Hosts", "dashboard": "hosts", "variables": {"host": "${__series.name}"}}
    dials = context(frame(label=["a b", ""], value=[60.0, 2.0]), link=link)["dials"]
    assert [(dial.called, dial.href) for dial in dials] == [("a b", "~/d/hosts/?var-host=a+b"), ("Hosts", "")]
    rows = context(frame(label=["web"], value=[60.0]), link={"url": "https://wiki.example/${__value.raw}"})["dials"]
    assert rows[0].href == "https://wiki.example/60.0"


def test_a_dial_is_as_an_override_says() -> None:
    overrides = [
        {"match": "disk", "name": "Disk", "unit": "bytes", "decimals": 1, "order": -1},
        {"match": {"regex": "^tmp"}, "hidden": True},
        {
            "match": "cpu",
            "mappings": [{"value": 60, "text": "busy"}],
            "link": {"title": "x", "url": "https://wiki.example/${__series.name}"},
        },
    ]
    drawn = context(frame(label=["cpu", "tmp1", "disk"], value=[60.0, 9_000.0, 80.0]), overrides=overrides)
    assert [(dial.label, dial.number, dial.unit, dial.href) for dial in drawn["dials"]] == [
        ("Disk", "80", "B", ""), ("cpu", "busy", "", "https://wiki.example/cpu"),
    ]  # fmt: skip
    assert drawn["high"] == "100"  # what is hidden does not stretch the dials
    assert context(frame(label=["a"], value=[1]), overrides=[{"match": "a", "hidden": True}])["is_empty"]
