"""Numbers as people read them: 1.2 GB, 83 %, 3.4M, €1,250.00, 2 h 5 min."""

import math
from dataclasses import dataclass
from decimal import Decimal

from dashboards.panels.durations import format_duration
from dashboards.panels.known_units import Step, Unit, duration_of, unit_of

Number = int | float | Decimal

LARGEST_EXACT = 2**53  # whole numbers up to here are the same as doubles
DIGITS = 4  # significant ones, where a document does not say how many decimals
NOTHING = "–"
TOO_LONG = 10**21  # from here on as 1.234e+21: nobody reads so many digits


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number and its unit, apart, so that a page can set the unit smaller."""

    number: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.unit}".rstrip()


def format_number(value: Number | None, unit: str = "", decimals: int | None = None) -> Formatted:
    """A number of a unit: percent, bytes, bits/s, short, ms, s, a currency code, … or any text to stand behind it.

    `decimals` is for numbers without a prefix; one with a prefix keeps at least one. Never “-0”.
    """
    if value is None:
        return Formatted(NOTHING)
    if not is_finite(value):
        return Formatted(not_finite(value))
    if (duration := duration_of(unit)) and not _is_too_long(value):
        return Formatted(*format_duration(float(value), duration, decimals))
    known = unit_of(unit)
    if known.factor != 1:
        value = value * known.factor
    step = step_of(value, known)
    if decimals is None and known.decimals is not None:
        decimals = _usual_decimals(value, step, known.decimals)
    sign, digits = _signed(_in_steps(value, step, decimals))
    behind = step.text + known.after
    if known.is_close:
        return Formatted(f"{sign}{known.before}{digits}{behind}")
    return Formatted(f"{sign}{known.before}{digits}", behind)


def step_of(value: Number, unit: Unit) -> Step:
    """The prefix for a number. One that rounding would lift over the next step's start has that step's prefix."""
    if len(unit.steps) == 1:
        return unit.steps[0]
    size = 0.0 if _is_too_long(value) else abs(float(value)) * 1.0005
    if not size:
        return unit.base
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
    if type(value) is float:
        return math.isfinite(value)
    return value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)


def as_float(value: object) -> float | None:
    """A number for a chart; None for NULL, NaN, infinity, and what is too large or no number."""
    if type(value) is float:  # what most are; a chart's legend has a hundred
        return value if math.isfinite(value) else None
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


def _usual_decimals(value: Number, step: Step, usual: int) -> int | None:
    """Those that a unit always has, as money has two; where they would show nothing of a number, as many as do."""
    is_broken = step.size == 1 and value != int(value)
    return usual if is_broken and abs(value) >= 10**-usual else None


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
