"""Many values to one."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from dashboards.panels import PANEL_TYPES
from dashboards.panels.reducers import REDUCERS, reduced, reduced_cells
from dashboards.tests.panels.frames import ask, document, frame

HOLED = np.array([math.nan, 4.0, 1.0, math.nan, 7.0, math.nan])


@pytest.mark.parametrize(
    ("reducer", "number"),
    [
        ("last", 7.0),
        ("last_any", None),
        ("first", 4.0),
        ("min", 1.0),
        ("max", 7.0),
        ("mean", 4.0),
        ("sum", 12.0),
        ("count", 3.0),
        ("distinct", 3.0),
        ("range", 6.0),
        ("delta", 3.0),
        ("stddev", math.sqrt(6)),
        ("p50", 4.0),
        ("p75", 5.5),
        ("p99", 6.94),
    ],
)
def test_holes_are_not_values(reducer: Any, number: float | None) -> None:
    assert reduced(HOLED, reducer) == (None if number is None else pytest.approx(number))


@pytest.mark.parametrize("reducer", REDUCERS)
def test_nothing_is_no_number_and_is_counted_as_none(reducer: Any) -> None:
    for nothing in (np.empty(0), np.array([math.nan, math.nan])):
        assert reduced(nothing, reducer) == (0.0 if reducer in {"count", "distinct"} else None)
    assert reduced_cells([], reducer) == reduced_cells([None, None], reducer) == (0 if reducer in {"count", "distinct"} else None)


@pytest.mark.parametrize("reducer", REDUCERS)
def test_the_largest_doubles_raise_nothing(reducer: Any) -> None:
    number = reduced(np.array([1.7e308, -1.7e308, 1.7e308]), reducer)
    assert number is None or number == number


@pytest.mark.parametrize(
    ("cells", "reducer", "cell"),
    [
        ([2**60, 1, None], "sum", 2**60 + 1),
        (["b", None, "a"], "min", "a"),
        (["b", None, "a"], "last", "a"),
        (["b", None], "last_any", None),
        (["b", "a", "b"], "distinct", 2),
        (["b", "a"], "mean", None),
        ([date(2026, 1, 2), date(2026, 1, 1)], "max", date(2026, 1, 2)),
        ([Decimal("0.1"), Decimal("NaN"), 3], "max", 3.0),
        ([1, 2, "x"], "mean", 1.5),
    ],
)
def test_cells_of_any_type_are_reduced(cells: list[Any], reducer: Any, cell: Any) -> None:
    assert reduced_cells(cells, reducer) == cell


def test_a_kpi_over_rows_of_sql_is_what_its_reducer_makes_of_them() -> None:
    kind, kpi = PANEL_TYPES["kpi"], document("kpi", {"sql": "SELECT 1 AS value"}, display={"reduce": "p50"})
    assert kind.queries(kpi, ask())["value"].limit == 10_001
    frames = {"value": frame(value=[5, None, 1, 3])}
    assert kind.answer(kpi, frames, ask()).data["value"] == 3
    assert kind.context(kpi, frames, ask())["number"] == "3"


def test_a_kpi_says_where_not_all_rows_were_counted() -> None:
    kind, kpi = PANEL_TYPES["kpi"], document("kpi", {"sql": "SELECT 1 AS value"}, display={"reduce": "count"})
    context = kind.context(kpi, {"value": frame(value=[1] * 10_001)}, ask())
    assert (context["number"], context["notes"]) == ("10,000", ("Only the first 10,000 rows are counted.",))
