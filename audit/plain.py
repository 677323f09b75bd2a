"""Values made fit to be kept: text that PostgreSQL takes, of a bounded length, and nothing but JSON."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

LONGEST_TEXT = 10_000
MOST_PARTS = 200
LARGEST_WHOLE = 2**63 - 1
BROKEN = re.compile("[\x00\ud800-\udfff]")  # neither a text nor JSON of PostgreSQL's may have it


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text, or its beginning and a sign that there was more."""
    kept = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return BROKEN.sub("\ufffd", kept)


def plain(value: Any) -> Any:
    """A value as JSON has it; of long texts and lists the beginning."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_WHOLE else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {cut(str(name), 200): plain(one) for name, one in list(value.items())[:MOST_PARTS]}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in list(value)[:MOST_PARTS]]
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "(binary)" if isinstance(value, bytes | memoryview) else cut(str(value))
