"""A value of any PostgreSQL type as text, for CSV and for JSON: nothing lost, nothing broken, nothing that runs."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from audit import spreadsheet
from dashboards.panels.units import LARGEST_EXACT, is_finite, plain
from datasources.frame import Kind

_BROKEN = re.compile("[\x00\ud800-\udfff]")


def text_of(value: Any, zone: ZoneInfo) -> str:
    """A value as text that loses nothing: numbers with all digits, times in `zone` with their offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return in_zone(value, zone).isoformat(sep=" ")
    if isinstance(value, tuple):
        return ", ".join(text_of(one, zone) for one in value)
    return value.isoformat() if isinstance(value, date) else clean(str(value))


def lists_as_texts(kind: Kind, cells: Sequence[Any], zone: ZoneInfo) -> Sequence[Any]:
    """The cells of a column of a kind; lists among them, which a transformation makes, as texts: `1, 2`."""
    if kind != "other":
        return cells
    return [text_of(cell, zone) if isinstance(cell, tuple) else cell for cell in cells]


def csv_cell(value: Any, zone: ZoneInfo) -> str:
    """A value for CSV. NULL, NaN and infinite numbers are empty; what a spreadsheet would run in a text gets a `'`."""
    if isinstance(value, int | float | Decimal) and not is_finite(value):
        return ""
    return disarmed(value) if isinstance(value, str) else text_of(value, zone)


def disarmed(text: str) -> str:
    """A text of which a spreadsheet runs nothing."""
    return spreadsheet.disarmed(clean(text))


def json_value(value: Any) -> Any:
    """A value for strict JSON: NaN and infinity null, what a double cannot hold exactly as text, times in ISO 8601."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return in_zone(value, UTC).isoformat()
    if isinstance(value, tuple):
        return [json_value(one) for one in value]
    return value.isoformat() if isinstance(value, date) else clean(str(value))


def in_zone(moment: datetime, zone: Any) -> datetime:
    """A timestamp with a zone as the wall clock of `zone` has it; one without stays as it is: nobody knows its zone.

    In the first and last hours of the calendar, where no zone can be gone over to, it stays in UTC.
    """
    try:
        return moment.astimezone(zone) if moment.tzinfo else moment
    except OverflowError:
        return moment


def clean(text: str) -> str:
    """Text that is valid UTF-8 and without NUL: what is not becomes the replacement character."""
    return text if text.isascii() and "\x00" not in text else _BROKEN.sub("\ufffd", text)


def _decimal(value: Decimal) -> int | float | str | None:
    if not value.is_finite():
        return None
    digits, exponent = value.as_tuple().digits, int(value.as_tuple().exponent)
    if len(digits) > 15 or not -300 < exponent < 300:
        return plain(value)
    if exponent >= 0:
        return json_value(int(value))
    return float(value)
