"""Cells of a table on a page: a value of any type in the format its column asks for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dashboards.panels.moments import read_epoch
from dashboards.panels.units import format_number, grouped, is_finite, not_finite, plain
from dashboards.panels.values import in_zone, text_of

if TYPE_CHECKING:
    from dashboards.panels.cell_looks import CellLook

Format = Literal["text", "number", "datetime", "date", "bytes", "percent", "duration", "boolean", "link", "status"]

LONGEST_LINK = 2_000
_LINKS = {"http", "https", "mailto"}
_TRUE, _FALSE = {"true", "t", "yes", "y", "on", "1"}, {"false", "f", "no", "n", "off", "0"}
_UNITS = {"bytes": "bytes", "percent": "percent", "duration": "ms"}
_TONES = {
    "critical": {"critical", "error", "fatal", "down", "failed", "failure", "refunded", "emergency", "alert", "panic"},
    "warning": {"warning", "warn", "degraded", "pending", "late", "retrying"},
    "good": {"ok", "up", "healthy", "paid", "success", "active", "done", "running", "online", "delivered"},
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a column's values are written. `unit` and `decimals` are for the formats of numbers."""

    format: Format = "text"
    unit: str = ""
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a person reads. `kind` is the format it got; `exact` is shown on hover, where the text says less."""

    text: str
    kind: str = "text"
    href: str = ""
    tone: str = ""
    exact: str = ""
    new_tab: bool = True
    look: "CellLook | None" = None


NULL = Cell("", "null")


def page_cell(value: Any, shape: Shape, zone: ZoneInfo) -> Cell:
    """A value in its column's format. One that the format does not fit is shown as it is."""
    if value is None:
        return NULL
    match shape.format:
        case "link":
            text = text_of(value, zone)
            return Cell(text, "link", href=safe_link(text))
        case "status":
            text = text_of(value, zone)
            return Cell(text, "status", tone=_tone(text))
        case "boolean":
            return _boolean(value, zone)
        case "datetime" | "date":
            return _time(value, zone, date_only=shape.format == "date")
    if isinstance(value, bool):
        return _boolean(value, zone)
    if isinstance(value, int | float | Decimal):
        return _number(value, shape)
    return _time(value, zone) if isinstance(value, date) else Cell(text_of(value, zone))


def safe_link(text: str) -> str:
    """The text as a link's target if it is a clean http, https or mailto URL; else nothing."""
    text = text.strip()
    if len(text) > LONGEST_LINK or not text.isprintable() or " " in text or "\\" in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    has_place = bool(parts.path) if parts.scheme == "mailto" else bool(parts.hostname)
    return text if parts.scheme in _LINKS and has_place else ""


def _number(value: int | float | Decimal, shape: Shape) -> Cell:
    exact = plain(value)
    if not is_finite(value):
        return Cell(not_finite(value), "number")
    unit = shape.unit or _UNITS.get(shape.format, "")
    if unit:
        return Cell(str(format_number(value, unit, shape.decimals)), "number", exact=exact)
    if shape.decimals is not None:
        return Cell(grouped(value, shape.decimals), "number", exact=exact)
    if shape.format != "number":
        return Cell(exact, "number")
    return Cell(_all_digits(value), "number", exact=exact if isinstance(value, float) else "")


def _all_digits(value: int | float | Decimal) -> str:
    """Every digit, thousands apart. A double has 15 good ones; those behind are noise (0.30000000000000004)."""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,f}"
    return f"{Decimal(f'{value:.15g}'):,f}"


def _boolean(value: Any, zone: ZoneInfo) -> Cell:
    text = text_of(value, zone)
    if text.lower() in _TRUE:
        return Cell("yes", "boolean", tone="good", exact=text)
    return Cell("no", "boolean", tone="muted", exact=text) if text.lower() in _FALSE else Cell(text)


def _time(value: Any, zone: ZoneInfo, *, date_only: bool = False) -> Cell:
    if isinstance(value, int | float | Decimal) and (epoch := read_epoch(value)) is not None:
        value = datetime.fromtimestamp(epoch, UTC)
    if isinstance(value, datetime):
        local = in_zone(value, zone)
        exact = f"{local.isoformat(sep=' ')} {zone.key}" if value.tzinfo else f"{local.isoformat(sep=' ')}, without a time zone"
        return Cell(local.date().isoformat() if date_only else _to_the_second(local), "time", exact=exact)
    return Cell(text_of(value, zone), "time")


def _to_the_second(local: datetime) -> str:
    milliseconds = f".{local.microsecond // 1_000:03d}" if local.microsecond >= 1_000 else ""
    return f"{local.replace(tzinfo=None, microsecond=0).isoformat(sep=' ')}{milliseconds}"


def _tone(text: str) -> str:
    return next((tone for tone, words in _TONES.items() if text.strip().lower() in words), "")
