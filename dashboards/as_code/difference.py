"""What differs between two documents, field by field: for a terminal, for a page, and for programs."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.panels.writing import whole

ABSENT = object()
LONGEST = 120
NAMES = ("id", "name")  # what an item of a list is known by, wherever it stands


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: `display.unit`, or `panels[cpu_usage].position.row`. A side that has none is ABSENT."""

    path: str
    before: Any
    after: Any

    @property
    def lines(self) -> list[str]:
        """Of texts of several lines those that differ, each after its `+`, `-` or blank; of anything else none."""
        return list(_in_lines(self.before, self.after)) if _has_lines(self.before) or _has_lines(self.after) else []

    def in_lines(self) -> list[str]:
        """`display.unit: percent → bytes`; a text of several lines as its lines that differ."""
        if lines := self.lines:
            return [f"{self.path}:", *(f"    {line}" for line in lines)]
        return [f"{self.path}: {shown(self.before)} → {shown(self.after)}"]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    return list(_in_mappings(before, after, ""))


def shown(value: Any, longest: int = LONGEST) -> str:
    """A value on one line, of at most so many characters."""
    if value is ABSENT:
        return "(none)"
    text = value if isinstance(value, str) and value and value == value.strip() else json.dumps(whole(value), ensure_ascii=False)
    text = _printable(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _in_mappings(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for key in [*before, *(key for key in after if key not in before)]:
        yield from _between(before.get(key, ABSENT), after.get(key, ABSENT), f"{path}.{key}".lstrip("."))


def _between(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before == after and type(before) is type(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _in_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_lists(before, after, path)
    else:
        yield Difference(path, before, after)


def _in_lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Difference]:
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        for place in range(max(len(before), len(after))):
            one, other = (items[place] if place < len(items) else ABSENT for items in (before, after))
            yield from _between(one, other, f"{path}[{place}]")
        return
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _between(old.get(name, ABSENT), new.get(name, ABSENT), f"{path}[{name}]")
    was, now = [name for name in old if name in new], [name for name in new if name in old]
    if was != now:
        yield Difference(f"{path} in order", was, now)


def _by_name(items: Sequence[Any]) -> dict[str, Any] | None:
    """Items by their id or name; None where they are not all known by one of their own."""
    for key in NAMES:
        names = [item.get(key) for item in items if isinstance(item, Mapping)]
        if len(names) == len(items) and all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return {str(name): item for name, item in zip(names, items, strict=True)}
    return None


def _has_lines(value: Any) -> bool:
    return isinstance(value, str) and "\n" in value.strip("\n")


def _in_lines(before: Any, after: Any) -> Iterator[str]:
    old, new = (value.splitlines() if isinstance(value, str) else [] for value in (before, after))
    for line in difflib.unified_diff(old, new, lineterm="", n=1):
        if not line.startswith(("---", "+++")):
            yield _printable(line)


def _printable(text: str) -> str:
    """What a terminal would act on instead of showing it, as its number."""
    return "".join(sign if sign.isprintable() or sign == "\t" else f"\\u{ord(sign):04x}" for sign in text)
