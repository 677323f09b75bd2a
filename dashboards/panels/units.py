"""Numbers as people read them: 1.2 GB, 83 %, 3 min 20 s, 4.5 k."""

import math
from dataclasses import dataclass
from decimal import Decimal

Number = int | float | Decimal

_BYTES = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_BITS = ("bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s")
_SHORT = ("", "k", "M", "G", "T", "P")
_SCALED = {"bytes": (_BYTES, ""), "bytes/s": (_BYTES, "/s"), "bits/s": (_BITS, ""), "short": (_SHORT, "")}
_CURRENCIES = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "CHF"}
_SUFFIXES = {
    "percent": "%",
    "celsius": "°C",
    "ms": "ms",
    "seconds": "s",
    "requests/s": "req/s",
    "none": "",
} | _CURRENCIES
_SPANS = (("d", 86_400), ("h", 3_600), ("min", 60))
PLAIN_DIGITS = 4  # significant digits where a document does not say how many decimals


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number and its unit, apart, so that a page can set the unit smaller."""

    number: str
    unit: str

    def __str__(self) -> str:
        return f"{self.number} {self.unit}".strip()


def format_number(value: Number | None, unit: str = "", decimals: int | None = None) -> Formatted:
    """Format a number of a unit: percent, bytes, bytes/s, bits/s, short, ms, seconds, a currency code, or any suffix."""
    if value is None:
        return Formatted("–", "")
    if not is_finite(value):
        return Formatted(_not_finite(value), "")
    if unit in _SCALED:
        return _scaled(float(value), *_SCALED[unit], decimals)
    if unit in {"seconds", "ms"}:
        return _duration(float(value) / (1_000 if unit == "ms" else 1), decimals)
    return Formatted(_digits(value, decimals), _SUFFIXES.get(unit, unit))


def is_finite(value: Number) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)


def as_float(value: object) -> float | None:
    """A number for a chart; None for NULL, NaN, infinity, and what is too large or no number."""
    if value is None or isinstance(value, bool | str):
        return float(value) if isinstance(value, bool) else None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def plain(value: Number) -> str:
    """All digits of a number, never in scientific notation: a numeric with a thousand digits stays one."""
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else _not_finite(value)
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if math.isfinite(value) else _not_finite(value)
    return str(value)


def _not_finite(value: Number) -> str:
    return "NaN" if value != value else "∞" if value > 0 else "−∞"


def _digits(value: Number, decimals: int | None) -> str:
    if decimals is None:
        decimals = 0 if isinstance(value, int) else _useful_decimals(float(value))
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def _useful_decimals(value: float) -> int:
    if value == 0 or (value == int(value) and abs(value) < 10**15):
        return 0
    return max(0, min(6, PLAIN_DIGITS - 1 - math.floor(math.log10(abs(value)))))


def _scaled(value: float, steps: tuple[str, ...], suffix: str, decimals: int | None) -> Formatted:
    power = 0
    while abs(value) >= 999.5 and power < len(steps) - 1:
        value /= 1_000
        power += 1
    if power == 0 and value == int(value):
        return Formatted(_digits(int(value), 0), steps[0] + suffix)
    return Formatted(_digits(value, 1 if decimals is None else decimals), steps[power] + suffix)


def _duration(seconds: float, decimals: int | None) -> Formatted:
    size = abs(seconds)
    if size < 1:
        digits = decimals if decimals is not None else (0 if size * 1_000 >= 10 else 1)
        return Formatted(_digits(seconds * 1_000, digits if size else 0), "ms")
    if size < 60:
        return Formatted(_digits(seconds, 1 if decimals is None else decimals), "s")
    name, length = next((name, length) for name, length in _SPANS if size >= length)
    smaller = {"d": ("h", 3_600), "h": ("min", 60), "min": ("s", 1)}[name]
    whole, rest = divmod(int(size), length)
    tail = f" {rest // smaller[1]} {smaller[0]}" if rest // smaller[1] else ""
    return Formatted(f"{'−' if seconds < 0 else ''}{whole} {name}{tail}", "")
