"""Numbers as people read them: 1.2 GB, 83 %, 3.4M, €1,250.00, 2 h 5 min."""

import math
from dataclasses import dataclass
from decimal import Decimal

from dashboards.panels.durations import UNITS as DURATIONS
from dashboards.panels.durations import format_duration

Number = int | float | Decimal

LARGEST_EXACT = 2**53  # whole numbers up to here are the same as doubles
DIGITS = 4  # significant ones, where a document does not say how many decimals
NOTHING = "–"
TOO_LONG = 10**21  # from here on as 1.234e+21: nobody reads so many digits


@dataclass(frozen=True, slots=True)
class Step:
    """One prefix of a unit: from `starts_at` upwards, numbers are divided by `size`."""

    starts_at: float
    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """`before` stands in front of the number, `steps` and `after` behind it; `is_close` without a space."""

    steps: tuple[Step, ...] = (Step(0, 1, ""),)
    before: str = ""
    after: str = ""
    is_close: bool = False


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number and its unit, apart, so that a page can set the unit smaller."""

    number: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.unit}".rstrip()


def _steps(*texts: str, base: float = 1_000, first: float | None = None) -> tuple[Step, ...]:
    starts = [0.0, first or base, *(base**power for power in range(2, len(texts)))]
    return tuple(Step(start, base**power, text) for power, (start, text) in enumerate(zip(starts, texts, strict=True)))


_SHORT = _steps("", "k", "M", "bn", "tn", first=10_000)
_CURRENCIES = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹", "THB": "฿", "KRW": "₩", "CHF": "CHF "}
_UNITS = {
    "": Unit(),
    "none": Unit(),
    "short": Unit(_SHORT, is_close=True),
    "percent": Unit(after="%"),
    "bytes": Unit(_steps("B", "kB", "MB", "GB", "TB", "PB", "EB")),
    "bytes/s": Unit(_steps("B/s", "kB/s", "MB/s", "GB/s", "TB/s")),
    "bits": Unit(_steps("bit", "kbit", "Mbit", "Gbit", "Tbit")),
    "bits/s": Unit(_steps("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")),
    "requests/s": Unit(_steps("req/s", "k req/s", "M req/s", first=10_000)),
    "celsius": Unit(after="°C"),
} | {code: Unit(_SHORT, before=sign, is_close=True) for code, sign in _CURRENCIES.items()}
_ALIASES = {"%": "percent", "B": "bytes", "B/s": "bytes/s", "bit/s": "bits/s", "req/s": "requests/s", "°C": "celsius"}


def unit_of(name: str) -> Unit:
    """A unit by its name or sign; any other text is a unit that stands behind the number as it is."""
    return _UNITS.get(_ALIASES.get(name, name)) or Unit(after=name)


def format_number(value: Number | None, unit: str = "", decimals: int | None = None) -> Formatted:
    """A number of a unit: percent, bytes, bits/s, short, ms, s, a currency code, … or any text to stand behind it.

    `decimals` is for numbers without a prefix; one with a prefix keeps at least one. Never “-0”.
    """
    if value is None:
        return Formatted(NOTHING)
    if not is_finite(value):
        return Formatted(not_finite(value))
    if unit in DURATIONS and not _is_too_long(value):
        return Formatted(*format_duration(float(value), unit, decimals))
    known = unit_of(unit)
    step = step_of(value, known)
    sign, digits = _signed(_in_steps(value, step, decimals))
    behind = step.text + known.after
    if known.is_close:
        return Formatted(f"{sign}{known.before}{digits}{behind}")
    return Formatted(f"{sign}{known.before}{digits}", behind)


def step_of(value: Number, unit: Unit) -> Step:
    """The prefix for a number. One that rounding would lift over the next step's start has that step's prefix."""
    if _is_too_long(value):
        return unit.steps[0]
    size = abs(float(value)) * 1.0005
    return next(step for step in reversed(unit.steps) if size >= step.starts_at)


def grouped(value: Number, decimals: int | None = None) -> str:
    """A number with thousands apart; without `decimals`, whole numbers whole and others with a few useful digits."""
    if isinstance(value, int):
        value = Decimal(value)
    text = f"{value:,.{useful_decimals(value) if decimals is None else decimals}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text.strip("-0.,") else text.lstrip("-")


def useful_decimals(value: Number) -> int:
    """How many decimals say something: DIGITS in all, none for a whole number."""
    number = as_float(value)
    if number is None or number.is_integer():
        return 0
    return max(0, min(9, DIGITS - 1 - math.floor(math.log10(abs(number)))))


def is_finite(value: Number) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)


def as_float(value: object) -> float | None:
    """A number for a chart; None for NULL, NaN, infinity, and what is too large or no number."""
    if not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):  # a signalling NaN, an int beyond 1.8e308
        return None
    return number if math.isfinite(number) else None


def plain(value: Number) -> str:
    """All digits of a number, never in scientific notation: a numeric with a thousand digits stays one."""
    if not is_finite(value):
        return not_finite(value)
    if isinstance(value, float):
        value = Decimal(repr(value))
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def not_finite(value: Number) -> str:
    return "NaN" if value != value else "∞" if value > 0 else "-∞"


def _in_steps(value: Number, step: Step, decimals: int | None) -> str:
    if _is_too_long(value):
        return f"{Decimal(value):.{DIGITS - 1}e}"
    if step.size == 1:
        return grouped(value, 0 if step.text and value == int(value) else decimals)
    return grouped(_divided(value, step.size), None if decimals is None else max(decimals, 1))


def _is_too_long(value: Number) -> bool:
    return not -TOO_LONG < value < TOO_LONG


def _divided(value: Number, size: float) -> Number:
    return value / Decimal(size) if isinstance(value, Decimal) else value / size


def _signed(text: str) -> tuple[str, str]:
    return ("-", text[1:]) if text.startswith("-") else ("", text)
