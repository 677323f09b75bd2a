"""Numbers as people read them."""

from decimal import Decimal
from typing import Any

import pytest

from dashboards.panels.units import as_float, format_number, plain


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (85.7, "percent", 1, "85.7 %"),
        (83, "%", None, "83 %"),
        (0, "bytes", 1, "0 B"),
        (1_234_567, "bytes", 1, "1.2 MB"),
        (999_950, "bytes", 1, "1.0 MB"),
        (12e9, "bits/s", 1, "12.0 Gbit/s"),
        (1_234, "short", 0, "1,234"),
        (12_345, "short", 0, "12.3k"),
        (3_400_000, "short", 1, "3.4M"),
        (1_250.5, "EUR", 2, "€1,250.50"),
        (-5, "EUR", 2, "-€5.00"),
        (2_500_000, "USD", None, "$2.5M"),
        (21.5, "celsius", 1, "21.5 °C"),
        (12, "widgets", None, "12 widgets"),
        (0.000123456, "", None, "0.0001235"),
        (1_234.5, "", None, "1,234"),
        (1_534, "ms", None, "1.53 s"),
        (0.0000032, "s", None, "3.2 µs"),
        (7_512, "seconds", None, "2 h 5 min"),
        (176_400, "s", None, "2 d 1 h"),
        (59.97, "s", None, "1 min"),
        (-90, "s", None, "-1 min 30 s"),
        (0, "s", None, "0 s"),
    ],
)
def test_a_number_is_written_for_people(value: Any, unit: str, decimals: int | None, text: str) -> None:
    assert str(format_number(value, unit, decimals)) == text


@pytest.mark.parametrize("unit", ["", "percent", "bytes", "EUR", "short", "s", "widgets"])
def test_a_number_that_rounds_to_nothing_is_never_minus_nothing(unit: str) -> None:
    assert not str(format_number(-1e-12 if unit != "s" else -1e-15, unit, 1)).startswith("-")


@pytest.mark.parametrize(("value", "text"), [(float("nan"), "NaN"), (float("inf"), "∞"), (Decimal("-Infinity"), "-∞")])
@pytest.mark.parametrize("unit", ["", "bytes", "ms", "EUR"])
def test_what_is_not_finite_has_a_name_and_no_unit(value: Any, text: str, unit: str) -> None:
    assert str(format_number(value, unit, 1)) == text


@pytest.mark.parametrize("value", [Decimal("1e400"), Decimal(10) ** 1_000, 10**400, 1e300, -(10**400)])
@pytest.mark.parametrize("unit", ["", "short", "bytes", "ms", "USD"])
def test_a_huge_number_is_short(value: Any, unit: str) -> None:
    assert len(str(format_number(value, unit, 1))) < 20


def test_null_is_a_dash() -> None:
    assert str(format_number(None, "bytes")) == "–"


def test_a_whole_number_beyond_doubles_keeps_its_digits() -> None:
    assert str(format_number(2**63 - 1)) == "9,223,372,036,854,775,807"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("1E+5"), "100000"), (1e-7, "0.0000001"), (2**70, str(2**70)), (float("nan"), "NaN"), (0.1, "0.1")],
)
def test_all_digits_are_written_plainly(value: Any, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize("value", [None, "1", Decimal("NaN"), Decimal("1e400"), 10**400, float("inf"), Decimal("sNaN")])
def test_what_is_no_number_for_a_chart_is_none(value: Any) -> None:
    assert as_float(value) is None
