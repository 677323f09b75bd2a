"""Numbers as people read them."""

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from dashboards.panels.axis import scale_for
from dashboards.panels.durations import UNITS as DURATIONS
from dashboards.panels.known_units import ALIASES, UNITS, duration_of, unit_of
from dashboards.panels.units import as_float, format_number, plain, step_of


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


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (1_536, "bytes_iec", None, "1.5 KiB"),
        (3 * 1_024**3, "bytes_iec", 1, "3.0 GiB"),
        (2_500_000, "bytes_iec/s", None, "2.384 MiB/s"),
        (12.5e6, "Bps", None, "12.5 MB/s"),
        (1_200, "MB", None, "1.2 GB"),
        (2_048, "MiB", None, "2 GiB"),
        (900, "bits/s", None, "900 bit/s"),
        (0.0734, "percent_unit", 1, "7.3 %"),
        (Decimal("0.5"), "percentunit", None, "50 %"),
        (0.005, "volts", None, "5 mV"),
        (0, "volts", 1, "0 V"),
        (2_400_000_000, "hertz", None, "2.4 GHz"),
        (-3_500, "watts", 1, "-3.5 kW"),
        (1e-13, "amperes", None, "0.1 pA"),
        (12_345, "requests/s", None, "12.35 k req/s"),
        (42, "operations/min", None, "42 ops/min"),
        (5.5, "USD", None, "$5.50"),
        (5, "USD", None, "$5"),
        (0.0000025, "USD", None, "$0.0000025"),
        (1_250.5, "JPY", None, "¥1,250"),
        (99.9, "SEK", None, "99.90 kr"),
        (12_500, "PLN", None, "12.5 k zł"),
        (7.5, "currencyGBP", None, "£7.50"),
        (70, "fahrenheit", None, "70 °F"),
        (45, "degrees", None, "45°"),
        (12, "prefix:#", None, "#12"),
        (12, "suffix:bytes", None, "12 bytes"),
        (1_200, "si:cd", None, "1.2 kcd"),
        (120_000, "count:orders/h", None, "120 k orders/h"),
        (90, "minutes", None, "1 h 30 min"),
        (400, "d", None, "1 y 35 d"),
        (2, "w", None, "14 d"),
        (1.5, "microseconds", None, "1.5 µs"),
        (1e-9, "s", None, "1 ns"),
        (1e15, "s", None, "31,709,791 y"),
        (88, "km/h", None, "88 km/h"),
        (1, "constructor", None, "1 constructor"),
    ],
)
def test_every_family_of_units_has_its_way(value: Any, unit: str, decimals: int | None, text: str) -> None:
    assert str(format_number(value, unit, decimals)) == text


# Of each family some, and all that stand alone.
SOME_UNITS = ["", "short", "percent", "percent_unit", "degrees", "bytes", "bytes_iec/s", "bits", "MB", "GiB", "USD", "JPY", "SEK",
              "HUF", "requests/s", "volts", "s", "ns", "y", "si:x", "prefix:x", "suffix:x", "count:x", "widgets"]  # fmt: skip
VALUES = [sign * part * 10.0**power for sign in (1, -1) for power in range(-9, 16, 2) for part in (1, 37.5)]
EXACT = [0, 1, -7, 10**15, -(10**15), Decimal("0.000000001"), Decimal("123456789.987654321"), Decimal(10**15)]


@pytest.mark.parametrize("unit", SOME_UNITS)
def test_every_unit_writes_every_size_of_number_briefly_with_its_sign(unit: str) -> None:
    for value in (*VALUES, *EXACT):
        for decimals in (None, 0, 2):
            text = str(format_number(value, unit, decimals))
            assert len(text) <= 40, (value, text)
            assert "e+" not in text or abs(value) * unit_of(unit).factor >= 1e21, (value, text)
            assert value < 0 or not text.startswith("-"), (value, text)
            assert value >= 0 or text.startswith("-") or not re.search("[1-9]", text.removesuffix(unit)), (value, text)


@pytest.mark.parametrize("unit", [unit for unit in SOME_UNITS if not duration_of(unit)])
def test_what_is_written_is_the_number_to_four_digits(unit: str) -> None:
    known = unit_of(unit)
    for value in VALUES:
        if abs(value) * known.factor < 0.01:
            continue
        step = step_of(value * known.factor, known)
        digits = str(format_number(value, unit)).replace(known.before, "", 1).replace(",", "")
        read = float(re.match(r"-?[\d.]+(e\+\d+)?", digits)[0]) * step.size / known.factor
        rounding = 0 if known.decimals is None else 0.5 * 0.1**known.decimals
        assert read == pytest.approx(value, rel=1e-3, abs=rounding), (value, digits)


@pytest.mark.parametrize("unit", SOME_UNITS)
def test_an_axis_says_what_the_numbers_beside_it_say(unit: str) -> None:
    for largest in (0.5, 3.0, 7_500.0, 2.5e9):
        scale, shown = scale_for(unit, largest), format_number(largest, unit, 1)
        if duration_of(unit):
            assert scale.after.strip().isalpha()
            continue
        drawn, _ = scale.drawn(np.array([largest]))
        assert f"{scale.before}{float(drawn[0]):,.1f}{scale.after}".replace(".0", "") == str(shown).replace(".0", "")


def test_every_name_is_of_a_unit() -> None:
    for name, meant in ALIASES.items():
        assert meant in UNITS or meant in DURATIONS, name
    for name, unit in UNITS.items():
        assert unit.base.starts_at in {0, 1}
        assert str(format_number(1, name, 0)) not in {"", "–"}
