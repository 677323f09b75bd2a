"""Cells: a value of any PostgreSQL type as text for a page, for CSV and for JSON."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dashboards.panels.units import as_float, format_number, plain

Format = Literal["text", "number", "datetime", "date", "bytes", "percent", "duration", "boolean", "link", "status"]

LARGEST_EXACT = 2**53  # what a JSON reader with doubles can hold
_LINKS = {"http", "https", "mailto"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_TONES = {
    "critical": {"critical", "error", "fatal", "down", "failed", "refunded", "emergency", "alert"},
    "warning": {"warning", "warn", "degraded", "pending", "notice"},
    "good": {"ok", "up", "healthy", "paid", "success", "active", "done", "info"},
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table on a page: its text, and what it is beyond that. `exact` is shown where the text says less."""

    text: str
    kind: str = "text"
    href: str = ""
    tone: str = ""
    exact: str = ""


def page_cell(value: Any, form: Format, zone: ZoneInfo) -> Cell:
    """A value as a person reads it."""
    if value is None:
        return Cell("", "null")
    if form == "link":
        return Cell(text_of(value, zone), "link", href=safe_link(str(value)))
    if form == "status":
        text = text_of(value, zone)
        return Cell(text, "status", tone=_tone(text))
    if form == "boolean" or isinstance(value, bool):
        return _boolean(value)
    if isinstance(value, datetime):
        return Cell(_moment(value, zone, date_only=form == "date"), "time", exact=value.isoformat())
    if isinstance(value, date):
        return Cell(value.isoformat(), "time")
    if isinstance(value, int | float | Decimal):
        return _number(value, form)
    return Cell(text_of(value, zone), "text")


def text_of(value: Any, zone: ZoneInfo) -> str:
    """A value as text that loses nothing: numbers with all digits, times with their zone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return _clean(str(value))


def csv_cell(value: Any, zone: ZoneInfo) -> str:
    """A value for CSV. NULL, NaN and infinity are empty; text that a spreadsheet would run begins with an apostrophe."""
    if isinstance(value, float | Decimal) and as_float(value) is None and not _is_huge(value):
        return ""
    text = text_of(value, zone)
    if isinstance(value, str) and text.startswith(_FORMULA_STARTS):
        return f"'{text}"
    return text


def json_value(value: Any) -> Any:
    """A value for strict JSON: NaN and infinity null, what doubles cannot hold exactly as text, times in ISO 8601."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return _clean(str(value))


def safe_link(text: str) -> str:
    """The text as a target if it is http, https or mailto; else nothing."""
    try:
        target = urlsplit(text.strip())
    except ValueError:
        return ""
    is_clean = all(sign.isprintable() for sign in text.strip())
    has_place = bool(target.netloc) or target.scheme.lower() == "mailto"
    return text.strip() if is_clean and has_place and target.scheme.lower() in _LINKS else ""


def _number(value: int | float | Decimal, form: Format) -> Cell:
    if form in {"bytes", "percent"}:
        return Cell(str(format_number(value, form)), "number", exact=plain(value))
    if form == "duration":
        return Cell(str(format_number(value, "ms")), "number", exact=plain(value))
    if form == "number" and as_float(value) is not None:
        return Cell(str(format_number(value)), "number", exact=plain(value))
    return Cell(plain(value), "number")


def _boolean(value: Any) -> Cell:
    text = str(value).lower()
    is_true = value is True or text in {"t", "true", "yes", "y", "1", "on"}
    return Cell("yes" if is_true else "no", "boolean", tone="good" if is_true else "muted")


def _moment(value: datetime, zone: ZoneInfo, *, date_only: bool) -> str:
    local = value.astimezone(zone) if value.tzinfo else value
    if date_only:
        return local.date().isoformat()
    return local.strftime("%Y-%m-%d %H:%M:%S") + (f".{local.microsecond // 1000:03d}" if local.microsecond else "")


def _decimal(value: Decimal) -> int | float | str | None:
    if not value.is_finite():
        return None
    number = as_float(value)
    if number is not None and abs(number) <= LARGEST_EXACT and len(value.as_tuple().digits) <= 15:
        return int(value) if value == value.to_integral_value() and _exponent(value) >= 0 else number
    return plain(value)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _is_huge(value: float | Decimal) -> bool:
    return isinstance(value, Decimal) and value.is_finite()


def _tone(text: str) -> str:
    return next((tone for tone, words in _TONES.items() if text.strip().lower() in words), "")


def _clean(text: str) -> str:
    """Valid UTF-8, without NUL: a lone surrogate becomes the replacement character."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "�") if not text.isascii() else text.replace("\x00", "�")
