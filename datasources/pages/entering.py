"""A data source from plain values, as programs and files give it: judged by the form that people fill in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from datasources.kinds.base import AnyKind
from datasources.models import DataSource
from datasources.pages.forms import SourceForm

FACTS = ("name", "timeout_ms", "is_enabled", "is_open")
SECTIONS = {"its": "settings", "secret": "secrets"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """`path` as programs and files name it: `settings.url`."""

    path: str
    message: str


class NotEntered(ValueError):
    """What was given makes no data source, for each of these reasons."""

    def __init__(self, *errors: Wrong) -> None:
        super().__init__("; ".join(f"{one.path}: {one.message}" if one.path else one.message for one in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Entry:
    """What a data source is to be. `facts` are those of FACTS that are given; `secrets` those that are to be stored.

    What is stored already of secrets stays, where they go where they went before; `forgets`: it does not stay.
    """

    settings: Mapping[str, Any]
    facts: Mapping[str, Any]
    secrets: Mapping[str, Any]
    forgets: bool = False


def entered(kind: AnyKind, source: DataSource, entry: Entry) -> SourceForm:
    """The filled-in form of a new source, or a stored one: valid, to be saved. Raises NotEntered."""
    its, given, errors = _judged(kind, entry, is_shared=source.is_shared)
    if errors:
        raise NotEntered(*errors)
    facts = {name: entry.facts.get(name, getattr(source, name)) for name in FACTS}
    form = SourceForm(
        kind,
        {
            **facts,
            "slug": source.slug,
            "seen_version": source.version,
            **{f"its_{name}": value for name, value in its.items()},
            **{f"secret_{name}": value for name, value in given.items()},
            "forget_secrets": entry.forgets,
        },
        instance=source,
    )
    if not form.is_valid():
        raise NotEntered(*(Wrong(_path(field), str(said)) for field, all_said in form.errors.items() for said in all_said))
    return form


def wrong_in(kind: AnyKind, entry: Entry, *, is_shared: bool) -> list[Wrong]:
    """What can be said of an entry before it is known which sources there are."""
    return _judged(kind, entry, is_shared=is_shared)[2]


def _judged(kind: AnyKind, entry: Entry, *, is_shared: bool) -> tuple[dict[str, Any], dict[str, Any], list[Wrong]]:
    """Settings, secrets, and what is wrong."""
    errors: list[Wrong] = []
    its = _read(kind.settings, entry.settings, "settings", errors)
    given = _read(kind.secrets, entry.secrets, "secrets", errors)
    if not is_shared and entry.facts.get("is_open"):
        errors.append(Wrong("is_open", "a tenant's own is open to its panels anyway"))
    return its, given, errors


def _read(model: type[BaseModel], given: Mapping[str, Any], section: str, errors: list[Wrong]) -> dict[str, Any]:
    """By the kind's model, whose types a form does not know; a form takes everything for a text."""
    try:
        return model.model_validate(dict(given)).model_dump(mode="json", exclude_defaults=section == "secrets")
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            path = ".".join([section, *map(str, one["loc"])])
            errors.append(Wrong(path, one["msg"].removeprefix("Value error, ")))
        return {}


def _path(field: str) -> str:
    prefix, _, name = field.partition("_")
    if prefix in SECTIONS and name:
        return f"{SECTIONS[prefix]}.{name}"
    return "" if field == "__all__" else field
