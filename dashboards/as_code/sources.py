"""A data source as a file says it. Its secrets stand in no file: each is an environment variable that the file declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from dashboards.as_code.definitions import Reader
from dashboards.as_code.environment import NAME, Environment
from dashboards.as_code.pieces import Piece, Place, Refusal
from dashboards.panels.parts import Strict
from dashboards.panels.wording import errors_of
from datasources.base import OWN
from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import AnyKind
from datasources.pages.entering import Entry, wrong_in

SOURCE = "datasource"
BESIDE = ("id", "environment")
OF_ENVIRONMENT = re.compile(rf"\$\{{({NAME.pattern})\}}")


class SourceDocument(Strict):
    """A data source. What is not said is as it is without; which is the default of its kind stays, unless this is to be it."""

    kind: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    settings: dict[str, Any]
    secrets: dict[str, Any] = {}
    timeout_ms: Annotated[int, Field(ge=100, le=30_000)] | None = None
    is_enabled: bool = True
    is_open: Annotated[bool, Field(description="A shared one: panels that tenants make themselves may ask it too.")] = False
    is_default: Annotated[Literal[True] | None, Field(description="What names no source, in its language, asks it.")] = None


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """`at` knows the lines. Secrets are in `entry`, which is not to be shown."""

    slug: str
    kind: AnyKind
    document: SourceDocument
    entry: Entry
    at: Piece

    @property
    def place(self) -> Place:
        return self.at.place

    def refusal(self, path: str, reason: str) -> Refusal:
        return Refusal(self.at.place_of(path), path, reason)


def is_source(piece: Piece) -> bool:
    return isinstance(piece.value, dict) and SOURCE in piece.value


@dataclass
class SourceReader(Reader):
    """One document with `datasource:`, and where its refusals go."""

    def source(self, *, file_id: str) -> SourceDefinition | None:
        """None where anything is wrong."""
        before = len(self.refusals)
        entries = self.piece.value
        for key in [key for key in entries if key not in {SOURCE, *BESIDE}]:
            self._refuse(entries[key], str(key), f"is not known here; known are {', '.join((*BESIDE, SOURCE))}")
        slug, body = self._id(file_id), entries[SOURCE]
        if slug == OWN:
            self._refuse(self.piece, "id", f"“{OWN}” is each tenant's own database")
        declared, described = self._declared(), len(self.refusals)
        self._check_secrets(body, declared)
        environment = Environment(declared, self.environ)
        filled = environment.filled(body)
        self.refusals += environment.refusals
        definition = self._read(slug, filled) if len(self.refusals) == described else None  # whole, and no secret in it
        return definition if len(self.refusals) == before else None

    def _check_secrets(self, body: Piece, declared: list[str]) -> None:
        """They are not written out, not even in part: whoever reads a file knows none."""
        secrets = body.value.get("secrets") if isinstance(body.value, dict) else None
        for name, one in secrets.value.items() if secrets is not None and isinstance(secrets.value, dict) else ():
            found = OF_ENVIRONMENT.fullmatch(one.value) if isinstance(one.value, str) else None
            if found is None or found[1] not in declared:
                self._refuse(one, f"secrets.{name}", "must be ${NAME}, of an environment variable that environment names")

    def _read(self, slug: str, body: Piece) -> SourceDefinition | None:
        try:
            document = SourceDocument.model_validate(body.plain())
        except ValidationError as error:
            self.refusals += [Refusal(body.place_of(one.path), one.path, one.message) for one in errors_of(error, SourceDocument)]
            return None
        kinds = {name: kind for name, kind in SOURCE_KINDS.items() if kind.may_be_shared or not self.is_shared}
        if document.kind not in kinds:
            self.refusals.append(Refusal(body.place_of("kind"), "kind", f"must be one of {', '.join(sorted(kinds))}"))
            return None
        facts = {name: getattr(document, name) for name in ("name", "timeout_ms", "is_enabled", "is_open")}
        definition = SourceDefinition(
            slug, kinds[document.kind], document, Entry(document.settings, facts, document.secrets), body
        )
        wrong = wrong_in(definition.kind, definition.entry, is_shared=self.is_shared)
        self.refusals += [definition.refusal(one.path, one.message) for one in wrong]
        return definition if not wrong else None


def source_twice(items: list[SourceDefinition]) -> list[Refusal]:
    """Each that has the id of an earlier one, with both places."""
    first: dict[str, SourceDefinition] = {}
    return [
        Refusal(item.place, "id", f"the data source “{item.slug}” stands at {earlier.place} too")
        for item in items
        if (earlier := first.setdefault(item.slug, item)) is not item
    ]


def short(kind: AnyKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without what is so anyway; as they stand where they are not valid any more."""
    try:
        return kind.settings.model_validate(settings).model_dump(mode="json", exclude_defaults=True)
    except ValidationError:
        return dict(settings)
