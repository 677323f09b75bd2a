"""Value mappings and the patterns in them."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import WrongShape
from dashboards.panels.document import DocumentInvalid, read_document
from dashboards.panels.mappings import Mapping, mapped
from dashboards.panels.patterns import LONGEST_TEXT, found
from dashboards.tests.panels.frames import ask, document, frame

EVIL = ("(a+)+$", "(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(x+x+)+y")


def text(value: Any, *mappings: dict[str, Any]) -> str | None:
    made = mapped([Mapping.model_validate(one) for one in mappings], value)
    return None if made is None else made.text


@pytest.mark.parametrize("written", [0, "0", 0.0])
@pytest.mark.parametrize("value", [0, 0.0, Decimal("0.00"), "0"])
def test_a_value_is_known_however_it_is_written(value: Any, written: Any) -> None:
    assert text(value, {"value": written, "text": "none"}) == "none"


@pytest.mark.parametrize(
    ("value", "special"),
    [(None, "null"), (None, None), (math.nan, "nan"), (Decimal("NaN"), "null_or_nan"), (None, "null_or_nan"), (True, True),
     (False, "false"), ("", "empty"), ("  ", "empty")],
)  # fmt: skip
def test_what_has_no_value_can_be_called_something(value: Any, special: Any) -> None:
    assert text(value, {"special": special, "text": "so"}) == "so"


@pytest.mark.parametrize(
    ("value", "special"), [(0, "null"), (1, "true"), (0, "false"), ("x", "empty"), (None, "empty"), (1.0, "nan")]
)
def test_what_is_something_else_is_not(value: Any, special: Any) -> None:
    assert text(value, {"special": special, "text": "so"}) is None


@pytest.mark.parametrize(
    ("value", "called"), [(0.99, None), (1, "low"), (5, "low"), (5.01, None), ("3", None), (True, None), (math.nan, None)]
)
def test_a_range_holds_both_its_ends(value: Any, called: str | None) -> None:
    assert text(value, {"range": {"min": 1, "max": 5}, "text": "low"}) == called


def test_a_range_may_be_open_and_the_first_that_fits_counts() -> None:
    ranges = [{"range": {"max": 10}, "text": "low"}, {"range": {"min": 5}, "text": "high"}]
    assert [text(value, *ranges) for value in (-1e300, 7, 1e300)] == ["low", "low", "high"]


def test_a_patterns_groups_stand_in_the_text() -> None:
    assert text("web-12.eu", {"regex": r"^web-(\d+)\.(\w+)$", "text": "Web $1 in $2 $7"}) == "Web 12 in eu "
    assert text("db-1", {"regex": "^web", "text": "Web"}) is None


@pytest.mark.parametrize("pattern", EVIL)
def test_a_pattern_that_would_keep_others_busy_for_years_has_an_answer(pattern: str) -> None:
    assert found(pattern, "a" * 1_500 + "!") is None


def test_dear_patterns_end_when_all_of_a_drawing_have_had_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of 500 texts, each with 50 mappings of 160 ms, would hold a worker for an hour."""
    ticks = iter(range(100))  # the clock of the processor, turned on by each look at it
    monkeypatch.setattr("dashboards.panels.patterns.time.thread_time", lambda: next(ticks) * 0.6)
    columns = [{"name": "name", "mappings": [{"regex": "(.{0,30}){30}x", "text": "x"}]}]
    kind, table = PANEL_TYPES["table"], document("table", {"sql": "SELECT name FROM t", "columns": columns})
    count = frame(total=[500], is_estimate=[False])
    with pytest.raises(WrongShape, match=r"regular expressions take too long.* 1 s of a processor"):
        kind.shaped(kind.context, table, {"rows": frame(name=["é" * LONGEST_TEXT] * 500), "count": count}, ask())
    assert next(ticks) == 4  # the second match was the last
    drawn_next = kind.shaped(kind.context, table, {"rows": frame(name=["short"]), "count": count}, ask())
    assert drawn_next["rows"]


def test_a_file_of_dear_patterns_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.panels.patterns.MOST_SECONDS", -1.0)
    overrides = [{"match": {"regex": "^n"}, "hidden": True}]
    table = document("table", {"sql": "SELECT name FROM t"}, display={"overrides": overrides})
    with pytest.raises(WrongShape, match="take too long"):
        PANEL_TYPES["table"].csv_parts(table, frame(name=["a"]))


@given(st.text(max_size=50))
def test_no_pattern_breaks_what_reads_it(pattern: str) -> None:
    try:
        read = Mapping.model_validate({"regex": pattern, "text": "x"}).regex
    except ValueError:
        return
    found(read or "", "some text \ud800\x00")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"text": "x"}, "one value, range, regex or special"),
        ({"value": 1, "regex": "x", "text": "x"}, "one value, range, regex or special"),
        ({"value": None, "text": "x"}, "one value, range, regex or special"),
        ({"value": 1}, "a text, a color or both"),
        ({"regex": "(?=x)", "text": "x"}, "not a regular expression that can be used here"),
        ({"regex": "(", "text": "x"}, "missing"),
        ({"regex": "a" * 201, "text": "x"}, "at most 200"),
        ({"regex": "((a{100}){100}){100}", "text": "x"}, "not a regular expression"),
        ({"range": {}, "text": "x"}, "min, max or both"),
        ({"range": {"min": 2, "max": 1}, "text": "x"}, "not be more"),
        ({"value": 1, "color": "url(x)"}, "colour like"),
    ],
)
def test_a_wrong_mapping_is_refused_at_its_path(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(DocumentInvalid, match=rf"display\.mappings\[0\].*{why}"):
        read_document({"type": "kpi", "title": "T", "data_source": {"sql": "SELECT 1"}, "display": {"mappings": [wrong]}})


def test_a_kpi_says_what_its_value_is_called_in_the_mappings_colour() -> None:
    mappings = [{"value": 0, "text": "stopped", "color": "critical"}, {"special": "null", "text": "unknown"}]
    kind, kpi = (
        PANEL_TYPES["kpi"],
        document("kpi", {"sql": "SELECT 1 AS value"}, display={"mappings": mappings, "unit": "percent"}),
    )
    stopped = kind.context(kpi, {"value": frame(value=[0])}, ask())
    names = ("number", "unit", "has_value", "status", "color", "shape")
    assert [stopped[name] for name in names] == ["stopped", "", True, "0 %", "#EF4444", "octagon"]
    unknown = kind.context(kpi, {"value": frame(value=[None])}, ask())
    assert [unknown[name] for name in names[:4]] == ["unknown", "", True, ""]
    assert kind.answer(kpi, {"value": frame(value=[0])}, ask()).data["value"] == 0


def test_percents_of_thresholds_are_of_the_way_from_min_to_max() -> None:
    display = {
        "min": 100,
        "max": 300,
        "threshold_mode": "percent",
        "thresholds": [{"value": 50, "color": "warning", "label": "half"}],
    }
    kind, kpi = PANEL_TYPES["kpi"], document("kpi", {"sql": "SELECT 1 AS value"}, display=display)
    reached = [kind.answer(kpi, {"value": frame(value=[value])}, ask()).data["threshold_status"] for value in (199, 200)]
    assert reached == ["good", "half"]
