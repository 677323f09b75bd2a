"""An event as the page shows it: both sides of a change beside each other, and what else is known of it."""

from dataclasses import dataclass
from typing import Any

import orjson

from audit.models import Event

LABELS = {"ms": "Milliseconds", "sql": "SQL", "bytes": "Bytes", "rows": "Rows", "how": "By way of", "os_user": "System user"}


@dataclass(frozen=True, slots=True)
class Side:
    """One field before and after; None where it was not there."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """`is_long` is shown as a block of text."""

    label: str
    text: str
    is_long: bool


def sides(event: Event) -> list[Side]:
    before, after = _mapping(event.before), _mapping(event.after)
    return [Side(name, _side(before, name), _side(after, name)) for name in sorted({**before, **after})]


def facts(event: Event) -> list[Fact]:
    details = _mapping(event.details)
    texts = {name: _text(value) for name, value in details.items()}
    return [Fact(LABELS.get(name, _label(name)), text, name == "sql" or len(text) > 120) for name, text in texts.items()]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _side(fields: dict[str, Any], name: str) -> str | None:
    return _text(fields[name]) if name in fields else None


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
