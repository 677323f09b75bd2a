"""Steps on answers: what becomes of rows, and what is said where they do not fit."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import WrongShape
from dashboards.panels.document import DocumentInvalid, read_document
from dashboards.panels.reducers import Reducer, reduced_cells
from dashboards.panels.transformations.steps import Transformation, transformed, transformed_series
from dashboards.panels.transformations.tables import CannotTransform
from dashboards.tests.panels.frames import ask, document, frame, points, sample_document, series_frame
from datasources.frame import Frame

STEPS = TypeAdapter(list[Transformation])
ORDERS = frame(
    country=["DE", "FR", "DE", None, "FR"],
    month=["01", "01", "02", "02", "01"],
    amount=[10, 20.5, 30, None, Decimal("1.5")],
)


def after(given: Frame | dict[str, Frame], *steps: dict[str, Any]) -> dict[str, list[Any]]:
    frames = given if isinstance(given, dict) else {"rows": given}
    made = next(iter(transformed(STEPS.validate_python(steps), frames).values()))
    return dict(zip(made.names, map(list, made.values), strict=True))


def test_rows_are_grouped_and_reduced() -> None:
    calculate = [{"field": "amount", "reducer": "sum", "name": "total"}, {"field": "amount", "reducer": "count"}]
    assert after(ORDERS, {"group_by": {"fields": ["country"], "calculate": calculate}}) == {
        "country": ["DE", "FR", None],
        "total": [40, 22, None],
        "amount count": [2, 2, 0],
    }


def test_without_fields_all_rows_are_one() -> None:
    group = {"group_by": {"calculate": [{"field": "amount", "reducer": "max"}]}}
    assert after(ORDERS, group) == {"amount max": [30]}
    assert after(frame(amount=[]), group) == {"amount max": [None]}


def test_a_groups_values_may_be_kept_for_a_sparkline() -> None:
    listed = after(
        ORDERS, {"group_by": {"fields": ["country"], "calculate": [{"field": "amount", "reducer": "list", "name": "course"}]}}
    )
    assert listed["course"] == [(10, 30), (20.5, Decimal("1.5")), (None,)]


def test_a_pivot_has_a_column_for_each_value() -> None:
    pivot = {"pivot": {"rows": "country", "columns": "month", "value": "amount", "reducer": "sum"}}
    assert after(ORDERS, pivot) == {"country": ["DE", "FR", None], "01": [10, 22, None], "02": [30, None, None]}


def test_a_field_is_calculated_and_may_take_the_place_of_another() -> None:
    steps = [
        {"calculate": {"name": "net", "expression": "amount / 2"}},
        {"calculate": {"name": "amount", "expression": "net + 1"}},
    ]
    assert after(ORDERS, *steps)["amount"] == [6, 11.25, 16, None, 1.75]
    assert list(after(ORDERS, *steps)) == ["country", "month", "amount", "net"]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ({"field": "country", "compare": "equals", "value": "DE"}, [0, 2]),
        ({"field": "country", "compare": "not_equals", "value": "DE"}, [1, 3, 4]),
        ({"field": "country", "compare": "in", "value": ["FR", "DE"]}, [0, 1, 2, 4]),
        ({"field": "country", "compare": "contains", "value": "f"}, [1, 4]),
        ({"field": "country", "compare": "matches", "value": "^[DF]"}, [0, 1, 2, 4]),
        ({"field": "country", "compare": "is_null"}, [3]),
        ({"field": "amount", "compare": "is_not_null"}, [0, 1, 2, 4]),
        ({"field": "amount", "compare": "at_least", "value": 20.5}, [1, 2]),
        ({"field": "amount", "compare": "less", "value": 10}, [4]),
        ({"field": "amount", "compare": "equals", "value": 10}, [0]),
        ({"field": "country", "compare": "greater", "value": 1}, []),
    ],
)
def test_rows_are_filtered(condition: dict[str, Any], kept: list[int]) -> None:
    numbered = Frame(ORDERS.columns, (*ORDERS.values[:2], ORDERS.values[2]))
    found = after(numbered, {"filter": {"conditions": [condition]}})
    assert found["month"] == [ORDERS.values[1][place] for place in kept]
    assert found["amount"] == [ORDERS.values[2][place] for place in kept]


def test_conditions_hold_all_or_any() -> None:
    conditions = [
        {"field": "country", "compare": "equals", "value": "DE"},
        {"field": "month", "compare": "equals", "value": "01"},
    ]
    assert after(ORDERS, {"filter": {"conditions": conditions}})["amount"] == [10]
    assert after(ORDERS, {"filter": {"conditions": conditions, "match": "any"}})["amount"] == [10, 20.5, 30, Decimal("1.5")]


def test_rows_are_sorted_by_several_fields_and_what_is_unknown_stands_last() -> None:
    by = [{"field": "country", "order": "desc"}, {"field": "amount"}]
    assert after(ORDERS, {"sort": by})["amount"] == [Decimal("1.5"), 20.5, 10, 30, None]
    mixed = frame(x=["b", 2, None, date(2026, 1, 1), 10.5, True])
    assert after(mixed, {"sort": [{"field": "x"}]})["x"] == [True, 2, 10.5, date(2026, 1, 1), "b", None]


def test_fields_are_chosen_left_out_and_renamed() -> None:
    assert list(after(ORDERS, {"select": ["amount", "country"]})) == ["amount", "country"]
    assert list(after(ORDERS, {"exclude": ["month"]})) == ["country", "amount"]
    assert list(after(ORDERS, {"rename": {"month": "Month", "amount": "country", "country": "amount"}})) == [
        "amount",
        "Month",
        "country",
    ]
    assert len(after(ORDERS, {"limit": 2})["month"]) == 2


@pytest.mark.parametrize(
    ("how", "found"),
    [
        (
            "outer",
            {
                "id": [1, 2, 2, 3, 4],
                "v": ["a", "b", "b", "c", None],
                "v B": [None, "x", "y", None, "z"],
                "n": [None, 1, 2, None, 3],
            },
        ),
        ("left", {"id": [1, 2, 2, 3], "v": ["a", "b", "b", "c"], "v B": [None, "x", "y", None], "n": [None, 1, 2, None]}),
        ("inner", {"id": [2, 2], "v": ["b", "b"], "v B": ["x", "y"], "n": [1, 2]}),
    ],
)
def test_answers_are_joined_by_a_field(how: str, found: dict[str, list[Any]]) -> None:
    frames = {"A": frame(id=[1, 2, 3], v=["a", "b", "c"]), "B": frame(id=[2, 2, 4], v=["x", "y", "z"], n=[1, 2, 3])}
    assert after(frames, {"join": {"by": "id", "how": how}}) == found


def test_nulls_are_not_joined_with_one_another() -> None:
    frames = {"A": frame(id=[None, 1]), "B": frame(id=[None, 1], n=[5, 6])}
    assert after(frames, {"join": {"by": "id", "how": "inner"}}) == {"id": [1], "n": [6]}


@pytest.mark.parametrize("reducer", ["min", "max"])
def test_what_has_no_order_has_no_extremes(reducer: str) -> None:
    kept = [{"field": "n", "reducer": "list", "name": "all"}]
    lists = [
        {"group_by": {"fields": ["id"], "calculate": kept}},
        {"group_by": {"calculate": [{"field": "all", "reducer": reducer}]}},
    ]
    assert after(frame(id=["a", "a", "b", "b"], n=[1, None, 1, 2]), *lists) == {f"all {reducer}": [None]}
    times = {"A": frame(at=[datetime(2026, 3, 1)]), "B": frame(at=[datetime(2026, 3, 1, tzinfo=UTC)])}
    extremes = {"group_by": {"calculate": [{"field": "at", "reducer": reducer}]}}
    assert after(times, {"join": {"by": "at"}}, extremes) == {f"at {reducer}": [None]}


def test_steps_that_would_take_too_long_are_not_begun() -> None:
    reducers = [{"field": "n", "reducer": "p95", "name": f"n{place}"} for place in range(20)]
    given = frame(id=[place // 2 for place in range(50_000)], n=list(range(50_000)))
    with pytest.raises(CannotTransform, match=r"transformations\[0\].group_by: this would take too long"):
        after(given, {"group_by": {"fields": ["id"], "calculate": reducers}})
    filtered = {"filter": {"conditions": [{"field": "n", "compare": "is_null"}] * 20, "match": "any"}}
    unfiltered = {"filter": {"conditions": [{"field": "n", "compare": "is_not_null"}] * 20, "match": "any"}}
    with pytest.raises(CannotTransform, match=r"transformations\[1\].filter: this would take too long"):
        after(frame(n=[1] * 30_000), unfiltered, filtered)


@pytest.mark.parametrize(
    "step",
    [
        {"filter": {"conditions": [{"field": "text", "compare": "matches", "value": "(.?){1000}x"}]}},
        {"filter": {"conditions": [{"field": "text", "compare": "contains", "value": "y"}]}},
        {"sort": [{"field": "text"}]},
        {"group_by": {"fields": ["n"], "calculate": [{"field": "text", "reducer": "distinct"}]}},
        {"pivot": {"rows": "n", "columns": "text", "value": "n"}},
        {"calculate": {"name": "m", "expression": "n + 1"}},
    ],
)
def test_steps_end_when_they_have_had_their_time(step: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a pattern takes over a text: the clock of the processor is turned on by each look at it."""
    ticks = iter(range(1_000_000))
    monkeypatch.setattr("dashboards.panels.transformations.clock.time.thread_time", lambda: next(ticks) * 0.4)
    with pytest.raises(
        CannotTransform, match=rf"transformations\[1\].{next(iter(step))}: this takes too long.*1 s of a processor"
    ):
        after(frame(n=list(range(200)), text=["ab" * 20] * 200), {"limit": 200}, step)


def test_a_dear_pattern_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.panels.transformations.clock.MOST_SECONDS", 0.05)
    dear = {"filter": {"conditions": [{"field": "t", "compare": "not_equals", "value": "x"}] * 19
                       + [{"field": "t", "compare": "matches", "value": "(.?){1000}x"}]}}  # fmt: skip
    with pytest.raises(CannotTransform, match="fewer rows or shorter texts"):
        after(frame(t=["ab" * 1_000] * 1_000), dear)  # which would take over a minute


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.sampled_from(["p1", "p5", "p25", "p50", "p90", "p99"]))
def test_percentiles_of_few_are_those_of_many(values: list[float], reducer: Reducer) -> None:
    assert reduced_cells(values, reducer) == pytest.approx(np.percentile(values, int(reducer[1:])), abs=1e-6)


@pytest.mark.parametrize(
    ("given", "step", "why"),
    [
        (ORDERS, {"select": ["x"]}, "transformations[0].select: there is no field “x”; there are “country”, “month”, “amount”"),
        (ORDERS, {"calculate": {"name": "n", "expression": "amount + fee"}}, "transformations[0].calculate: there is no field “fee”"),
        (ORDERS, {"rename": {"month": "amount"}}, "transformations[0].rename: two fields would be named “amount”"),
        (ORDERS, {"join": {"by": "id"}}, "transformations[0].join: a join needs the answers of two queries"),
        (frame(a=list(range(400)), b=list(range(400)), c=[1] * 400), {"pivot": {"rows": "a", "columns": "b", "value": "c"}}, "401 fields"),
        ({name: frame(id=[1] * 400) for name in "AB"}, {"join": {"by": "id"}}, "160,000 rows"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_the_steps_path(given: Any, step: dict[str, Any], why: str) -> None:
    with pytest.raises(CannotTransform) as error:
        after(given, step)
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([{}], r"transformations\[0\]: .*a step is one of join, group_by"),
        ([{"limit": 1, "select": ["a"]}], r"transformations\[0\]: .*a step is one of"),
        ([{"limit": 1}, {"calculate": {"name": "x", "expression": "a +"}}], r"transformations\[1\]\.calculate\.expression: .*missing at the end"),
        ([{"filter": {"conditions": [{"field": "a", "compare": "less", "value": "x"}]}}], r"transformations\[0\]\.filter\.conditions\[0\].*takes a number"),
        ([{"filter": {"conditions": [{"field": "a", "compare": "matches", "value": "(?=x)"}]}}], r"conditions\[0\].*regular expression"),
        ([{"group_by": {"calculate": [{"field": "a", "reducer": "eval"}]}}], r"group_by\.calculate\[0\]\.reducer"),
        ([{"limit": 1}] * 21, r"transformations: .*at most 20"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_refused_at_its_path(steps: list[Any], path: str) -> None:
    with pytest.raises(DocumentInvalid, match=path):
        read_document({"type": "table", "title": "T", "data_source": {"sql": "SELECT 1"}, "transformations": steps})


def test_a_charts_series_are_fields() -> None:
    given = series_frame(points([60, 120, 180], [5, 6, 7], label="errors"), points([120, 180, 240], [10, 0, 30], label="all"))
    steps = STEPS.validate_python([{"calculate": {"name": "share", "expression": "errors / all"}}, {"select": ["time", "share"]}])
    (share,) = transformed_series(steps, given).series
    assert (share.label, share.times.tolist(), share.values.tolist()) == ("share", [120], [0.6])


def test_a_chart_without_its_times_says_so() -> None:
    with pytest.raises(CannotTransform, match="transformations: there is no field “time”"):
        transformed_series(STEPS.validate_python([{"exclude": ["time"]}]), series_frame(points([60], [1], label="a")))


def test_a_panel_draws_what_its_document_makes_of_the_result() -> None:
    kind, frames = PANEL_TYPES["timeseries"], {"series": series_frame(points([60, 120], [1, 2], label="a"))}
    chart = sample_document("timeseries", transformations=[{"calculate": {"name": "twice", "expression": "a * 2"}}])
    drawn = kind.transformed(chart, frames)
    assert [row.label for row in kind.context(chart, drawn, ask(hours=1))["legend"]] == ["a", "twice"]
    assert len(frames["series"].series) == 1, "the result is shared: others draw it as it is"
    plain = sample_document("timeseries")
    assert kind.transformed(plain, frames) is frames


def test_a_panel_whose_steps_do_not_fit_says_why() -> None:
    table = document("health_status", {"sql": "SELECT 1"}, transformations=[{"select": ["x"]}])
    with pytest.raises(WrongShape, match=r"^transformations\[0\]\.select: there is no field “x”"):
        PANEL_TYPES["health_status"].transformed(table, {"services": frame(a=[1])})


def test_a_kpi_is_what_is_left_of_its_rows() -> None:
    steps = [{"filter": {"conditions": [{"field": "kind", "compare": "equals", "value": "ok"}]}}, {"select": ["n"]}]
    kind, kpi = PANEL_TYPES["kpi"], document("kpi", {"sql": "SELECT 1"}, display={"reduce": "sum"}, transformations=steps)
    frames = kind.transformed(kpi, {"value": frame(kind=["ok", "bad", "ok"], n=[1, 2, 4])})
    assert kind.answer(kpi, frames, ask()).data["value"] == 5
