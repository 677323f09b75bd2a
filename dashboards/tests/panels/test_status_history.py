"""Status histories: what states are called, how long they hold, and how they are drawn."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import WrongShape
from dashboards.tests.panels.frames import NOON, ask, document, frame, plain, points, series, series_frame
from datasources.base import GroupQuery, SeriesQuery, SqlQuery, SqlSeriesQuery
from datasources.frame import Answered
from datasources.timerange import Bucket

HISTORY = PANEL_TYPES["status_history"]
TABLE = {"table": "checks", "columns": {"timestamp": "at", "value": "status", "series_label": "service"}}
SQL = {"sql": "SELECT 1"}
UP_AND_DOWN = [{"value": 0, "text": "up", "color": "good"}, {"value": 2, "text": "down", "color": "critical"}]
WORDS = [{"value": "ok", "text": "fine", "color": "good"}]
START = NOON.timestamp()


def context(given: Answered, *, hours: float = 1, source: dict[str, Any] = SQL, **display: Any) -> dict[str, Any]:
    return HISTORY.context(document("status_history", source, display=display), {"states": given}, ask(hours=hours))


def runs(given: Answered, *, hours: float = 1, **display: Any) -> list[list[tuple[str, str, str]]]:
    """Each row's states, from when to when."""
    answer = HISTORY.answer(document("status_history", SQL, display=display), {"states": given}, ask(hours=hours))
    return [[(run["status"], run["start"][11:16], run["end"][11:16]) for run in row["runs"]] for row in answer.data["rows"]]


def test_cells_of_one_state_are_one_run() -> None:
    given = series_frame(series([0, 0, 2, None, 0], label="a"), series([2], label="b"))
    assert runs(given, mappings=UP_AND_DOWN) == [
        [("up", "12:00", "12:02"), ("down", "12:02", "12:03"), ("up", "12:04", "12:05")],
        [("down", "12:00", "12:01")],
    ]


def test_a_state_holds_until_the_next_where_only_changes_are_kept() -> None:
    given = series_frame(points([START + 300, START + 600, START + 1_200], [0, 2, 0]))
    assert runs(given, hold=True, mappings=UP_AND_DOWN) == [
        [("up", "12:05", "12:10"), ("down", "12:10", "12:20"), ("up", "12:20", "13:00")]
    ]


def test_nothing_is_said_of_what_is_still_to_come() -> None:
    given = series_frame(points([START], [0]))
    asked = ask(hours=1).replaced(now=NOON + timedelta(minutes=30))
    answer = HISTORY.answer(document("status_history", SQL, display={"hold": True}), {"states": given}, asked)
    assert answer.data["rows"][0]["runs"][0]["end"] == "2026-03-01T12:30:00+00:00"


def test_what_is_not_mapped_is_unknown() -> None:
    (row,) = context(series_frame(series([7])), mappings=UP_AND_DOWN)["key"]
    assert (row.label, row.color, row.shape) == ("7", "#6B7280", "diamond")


def test_thresholds_say_how_bad_numbers_are() -> None:
    levels = [{"value": 5, "color": "warning", "label": "slow"}]
    assert runs(series_frame(series([1, 9])), thresholds=levels) == [[("good", "12:00", "12:01"), ("slow", "12:01", "12:02")]]


def test_without_either_states_are_told_apart_by_the_palette() -> None:
    key = context(series_frame(series([1, 2])))["key"]
    assert [(row.label, row.color, row.shape) for row in key] == [("1", "", ""), ("2", "", "")]
    assert len({row.number for row in key}) == 2


def test_the_worse_the_taller() -> None:
    drawn = plain(context(series_frame(series([0, 2])), mappings=UP_AND_DOWN)["figure"])["layout"]["meta"]["states"]
    assert [(state["name"], state["height"]) for state in drawn] == [("up", 0.5), ("down", 0.9)]


def test_two_values_of_one_name_are_one_state() -> None:
    both = [{"range": {"min": 1}, "text": "down", "color": "critical"}, {"value": 0, "text": "up", "color": "good"}]
    drawn = context(series_frame(series([0, 1, 2])), mappings=both)
    assert plain(drawn["figure"])["data"][0]["y"] == [0, 1, 1]
    assert [(row.label, row.numbers) for row in drawn["key"]] == [("down", ("66.7 %",)), ("up", ("33.3 %",))]


def test_of_two_colours_for_one_name_the_first_is_drawn() -> None:
    both = [{"value": 0, "text": "up", "color": "good"}, {"value": 1, "text": "up", "color": "warning"}]
    drawn = context(series_frame(series([0, 1])), mappings=both)
    assert [(row.label, row.color) for row in drawn["key"]] == [("up", "#10B981")]


def test_texts_come_as_rows() -> None:
    moments = [NOON, NOON + timedelta(minutes=5), NOON + timedelta(minutes=10)]
    given = frame(time=moments, label=["web"] * 3, value=["ok", None, "gone"])
    assert runs(given, mappings=WORDS) == [[("fine", "12:00", "12:10"), ("gone", "12:10", "12:20")]]


def test_rows_of_another_shape_are_a_clear_error() -> None:
    with pytest.raises(WrongShape, match=r"gives a “time”, a “value”"):
        context(frame(surprise=["x"]), mappings=WORDS)


@pytest.mark.parametrize(
    ("source", "mappings", "kind"),
    [(TABLE, UP_AND_DOWN, SeriesQuery), (TABLE, WORDS, GroupQuery), (SQL, UP_AND_DOWN, SqlSeriesQuery),
     (SQL, WORDS, SqlQuery), (TABLE, [{"regex": "^o", "color": "good"}], GroupQuery), (TABLE, [{"value": "1", "color": "good"}], SeriesQuery)],
)  # fmt: skip
def test_numbers_and_texts_are_asked_for_in_their_ways(source: dict[str, Any], mappings: list[Any], kind: type) -> None:
    query = HISTORY.queries(document("status_history", source, display={"mappings": mappings}), ask(hours=1))["states"]
    assert isinstance(query, kind)
    if source is TABLE:
        assert (query.aggregate, query.bucket) == ("last", Bucket(15, "second"))


def test_it_is_told_in_words_and_as_a_table() -> None:
    drawn = context(series_frame(series([0, 2], label="<b>web")), mappings=UP_AND_DOWN)
    assert drawn["summary"] == "Title, 1 rows. <b>web last down."
    assert drawn["twin"]()["rows"][0] == {
        "time": "<b>web", "values": ["down", "2026-03-01 12:01:00", "2026-03-01 12:02:00", "1 min"],
    }  # fmt: skip
    assert plain(drawn["figure"])["layout"]["yaxis"]["ticktext"] == ["&lt;b&gt;web"]


def test_a_row_is_called_read_and_placed_as_an_override_says() -> None:
    overrides = [
        {"match": "door", "name": "Front door", "order": -1, "mappings": [{"value": 0, "text": "shut", "color": "good"},
                                                                        {"value": 2, "text": "down", "color": "warning"}]},
        {"match": {"regex": "^test"}, "hidden": True},
        {"match": {"query": "B"}, "mappings": [], "unit": "percent"},
    ]  # fmt: skip
    fans = replace(series([0, 2], label="fan"), query="B")
    given = series_frame(series([0, 2], label="web"), series([2, 0], label="test-1"), fans, series([0, 2], label="door"))
    drawn = context(given, overrides=overrides, mappings=UP_AND_DOWN)
    assert drawn["summary"] == "Title, 3 rows. Front door last down; web last down; fan last 2 %."
    layout = plain(drawn["figure"])["layout"]
    assert layout["yaxis"]["ticktext"] == ["Front door", "web", "fan"]
    states = [(state["name"], state["color"]) for state in layout["meta"]["states"]]
    assert states == [("shut", "#10B981"), ("down", "#F59E0B"), ("up", "#10B981"), ("down", "#EF4444"), ("0 %", ""), ("2 %", "")]
    assert [trace["y"] for trace in plain(drawn["figure"])["data"]] == [[0, 1], [2, 3], [4, 5]]
    assert {(row.label, row.numbers) for row in drawn["key"]} >= {("down", ("16.7 %",)), ("shut", ("16.7 %",))}
    answer = HISTORY.answer(
        document("status_history", SQL, display={"overrides": overrides, "mappings": UP_AND_DOWN}),
        {"states": given},
        ask(hours=1),
    )
    assert [row["label"] for row in answer.data["rows"]] == ["web", "test-1", "fan", "door"]


def test_the_key_has_the_states_that_there_are() -> None:
    given = series_frame(series([1], label="web"), series([0], label="door"))
    drawn = context(given, overrides=[{"match": "door", "mappings": [{"value": 0, "text": "shut"}]}])
    assert [row.label for row in drawn["key"]] == ["1", "shut"]


def test_a_rows_own_texts_are_asked_for_as_rows() -> None:
    display = {"overrides": [{"match": "door", "mappings": WORDS}]}
    query = HISTORY.queries(document("status_history", TABLE, display=display), ask(hours=1))["states"]
    assert isinstance(query, GroupQuery)
