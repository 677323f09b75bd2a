"""Arithmetic between fields, read by hand."""

import ast
import math
import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.panels.transformations.expressions import BadExpression, read_expression

FIELDS = {"a": np.array([8.0, 0.0, math.nan]), "b": np.array([2.0, 4.0, 1.0]), "a b": np.array([1.0, 1.0, 1.0])}
NAN = math.nan


def values(text: str) -> list[float]:
    return read_expression(text).of(FIELDS, 3).tolist()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a + b * 2", [12, 8, NAN]),
        ("(a + b) * 2", [20, 8, NAN]),
        ("a - b - 1", [5, -5, NAN]),
        ("a / b", [4, 0, NAN]),
        ("b / a", [0.25, NAN, NAN]),
        ("-a + --b", [-6, 4, NAN]),
        ("a % 3", [2, 0, NAN]),
        ('"a b" + 1.5e1', [16, 16, 16]),
        ("2", [2, 2, 2]),
        ("round(a / 3, 1)", [2.7, 0, NAN]),
        ("coalesce(a, b)", [8, 0, 1]),
        ("least(a, b, 3)", [2, 0, 1]),
        ("greatest(a, b)", [8, 4, 1]),
        ("sqrt(-b)", [NAN, NAN, NAN]),
        ("ln(0)", [NAN, NAN, NAN]),
        ("power(b, 2)", [4, 16, 1]),
        ("ABS(-b)", [2, 4, 1]),
        ("exp(1e5)", [NAN, NAN, NAN]),
        (".5 * b", [1, 2, 0.5]),
    ],
)
def test_fields_are_calculated_with(text: str, found: list[float]) -> None:
    assert values(text) == pytest.approx(found, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a value is missing at the end"),
        ("a +", "a value is missing at the end"),
        ("a b", "“b” cannot stand at character 3"),
        ("(a", "“\\)” is missing at the end"),
        ("a)", "“\\)” cannot stand at character 2"),
        ("a.b", "“.b” cannot be read at character 2"),
        ("a[0]", "cannot be read at character 2"),
        ("a ** 2", "“\\*” cannot stand at character 4"),
        ("__import__('os')", "cannot be read"),
        ("eval(a)", "there is no function eval"),
        ("round()", "“\\)” cannot stand"),
        ("round(1, 2, 3)", "round takes 1 to 2 values, not 3"),
        ("a; b", "cannot be read"),
        ("lambda: 1", "cannot"),
        ("(" * 40 + "1" + ")" * 40, "at most 30 deep"),
        ("+".join("1" * 150), "at most 200 parts"),
        ("1" * 501, "at most 500 characters"),
        ("'a'", "cannot be read"),
    ],
)
def test_what_is_no_arithmetic_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(BadExpression, match=why):
        read_expression(text)


@given(st.text(alphabet="ab12.+-*/%(), \"'_[]{}é\x00", max_size=40))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        expression = read_expression(text)
    except BadExpression:
        return
    expression.of({name: np.ones(2) for name in expression.fields}, 2)


NUMBERS = st.integers(0, 99).map(str)
SUMS = st.recursive(
    NUMBERS, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({''.join(parts)})"), max_leaves=12
)


@given(st.tuples(SUMS, st.sampled_from(["+", "-", "*"]), SUMS).map(" ".join))
def test_it_computes_what_python_would(text: str) -> None:
    assert read_expression(text).of({}, 1)[0] == float(computed(ast.parse(text, mode="eval").body))


def computed(node: Any) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    signs = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
    return signs[type(node.op)](computed(node.left), computed(node.right))
