"""A row's fields as they are kept, and the two sides of a change: only what differs, secrets by name alone."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.db import models

from audit.plain import cut, plain

SECRET_NAMES = re.compile(r"passw|secret|token|credential|digest|hash|private|(^|_)keys?($|_)", re.I)
SECRET = "(secret)"  # noqa: S105 - what stands in a secret's place
CHANGED_SECRET = "(secret, changed)"  # noqa: S105
MOST_FIELDS = 100

Fields = dict[str, Any]


def fields_of(
    row: models.Model, *, secret: Collection[str], ignored: Collection[str], names: Collection[str] | None = None
) -> Fields:
    """A row's values by field, parts of JSON by their path. Of a secret, something to tell by that it has changed."""
    found: Fields = {}
    deferred = row.get_deferred_fields()
    for field in row._meta.concrete_fields:
        is_asked = names is None or field.name in names or field.attname in names
        if not is_asked or field.name in ignored or field.attname in deferred or field.primary_key:
            continue
        value = getattr(row, field.attname)
        if hasattr(value, "resolve_expression"):
            continue  # counted by the database; nobody knows yet to what
        if field.name in secret or SECRET_NAMES.search(field.name):
            found[field.name] = Secret(value)
        else:
            found |= _by_path(field.name, field.to_python(value))
    return found


def given(fields: Fields) -> Fields:
    """Those of a whole row that say anything."""
    kept = {name: value for name, value in fields.items() if value or value is False or value == 0}
    return dict(list(kept.items())[:MOST_FIELDS])


class Secret:
    """A value that can be compared and never shown."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return bool(self._value)

    def __str__(self) -> str:
        return SECRET

    __repr__ = __str__


def difference(before: Fields, after: Fields) -> tuple[Fields, Fields]:
    """What the one has that the other has not, both ways."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)][:MOST_FIELDS]
    was = {name: before[name] for name in names if name in before}
    now = {name: after[name] for name in names if name in after}
    return was, {name: CHANGED_SECRET if isinstance(value, Secret) else value for name, value in now.items()}


def _by_path(name: str, value: Any) -> Fields:
    """A JSON object as one value a leaf, `document.display.unit`; anything else as one."""
    if not isinstance(value, Mapping) or not value:
        return {cut(name, 200): plain(value)}
    return {path: part for key, one in value.items() for path, part in _by_path(f"{name}.{key}", one).items()}
