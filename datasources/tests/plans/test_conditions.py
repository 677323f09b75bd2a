"""What a plan's condition asks of columns."""

import pytest

from datasources.plans.conditions import Asked, read_condition


def read(condition: str) -> Asked:
    return read_condition(condition, "m")


def test_equality_and_bounds_are_told_apart() -> None:
    found = read(
        "((m.host = 'a'::text) AND (m.at >= '2026-01-01'::timestamptz) AND (m.at < $1) AND (m.kind = ANY ('{a,b}'::text[])))"
    )
    assert found == Asked(["host", "kind"], ["at", "at"], {})


def test_a_side_may_stand_on_the_right_and_varchar_is_text() -> None:
    assert read("((5 < m.load) AND ((m.host)::text = o.host))") == Asked(["host"], ["load"], {})


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("(date_trunc('day'::text, m.at) = $1)", "date_trunc(…)"),
        ("((m.at)::date = '2026-01-01'::date)", "a cast to date"),
        ("((m.at + '01:00:00'::interval) > $1)", "a calculation"),
        ("((m.at AT TIME ZONE 'UTC'::text) > '2020-01-01'::timestamp)", "timezone(…)"),
    ],
)
def test_a_wrapped_column_is_named_with_its_wrapping(condition: str, what: str) -> None:
    assert read(condition) == Asked([], [], {"at": what})


@pytest.mark.parametrize(
    "condition",
    [
        "((m.a = 1) OR (m.b = 2))",
        "(m.a = m.b)",
        "(m.a IS NULL)",
        "(NOT (hashed SubPlan 1))",
        "(o.a = 1)",
        "(m.* IS NULL)",
        "m.flag",
    ],
)
def test_nothing_is_said_of_what_no_index_serves(condition: str) -> None:
    assert read(condition) == Asked()
