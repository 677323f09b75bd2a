"""What differs between two documents, field by field, in lines for a terminal."""

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

ABSENT = object()
LONGEST = 120


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """`display.unit: percent → bytes`, one a field; a text of several lines as its lines that differ."""
    return list(_in_mappings(before, after, ""))


def _in_mappings(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[str]:
    for key in [*before, *(key for key in after if key not in before)]:
        yield from _between(before.get(key, ABSENT), after.get(key, ABSENT), f"{path}.{key}".lstrip("."))


def _between(before: Any, after: Any, path: str) -> Iterator[str]:
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _in_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        for place in range(max(len(before), len(after))):
            one, other = (items[place] if place < len(items) else ABSENT for items in (before, after))
            yield from _between(one, other, f"{path}[{place}]")
    elif _has_lines(before) or _has_lines(after):
        yield f"{path}:"
        yield from _in_lines(before, after)
    else:
        yield f"{path}: {_shown(before)} → {_shown(after)}"


def _has_lines(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.strip("\n")


def _in_lines(before: Any, after: Any) -> Iterator[str]:
    old, new = (value.splitlines() if isinstance(value, str) else [] for value in (before, after))
    for line in difflib.unified_diff(old, new, lineterm="", n=1):
        if not line.startswith(("---", "+++")):
            yield f"    {_printable(line)}"


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "(none)"
    text = value if isinstance(value, str) and value and value == value.strip() else json.dumps(value, ensure_ascii=False)
    text = _printable(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _printable(text: str) -> str:
    """What a terminal would act on instead of showing it, as its number."""
    return "".join(sign if sign.isprintable() or sign == "\t" else f"\\u{ord(sign):04x}" for sign in text)
