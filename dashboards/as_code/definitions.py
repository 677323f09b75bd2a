"""Documents read and validated: what panels and dashboards are to be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.as_code.environment import FIXED, NAME, Environment
from dashboards.as_code.includes import KEY, Fragments, Includes
from dashboards.as_code.pieces import Piece, Place, Refusal
from dashboards.checks import objections_to_dashboard, objections_to_queries
from dashboards.document import PANEL_ID, DashboardDocument, read_dashboard
from dashboards.objections import Objection, told
from dashboards.panels.document import DocumentError, DocumentInvalid, PanelDocument, read_document
from dashboards.written_sql import objections_to_texts

Kind = Literal["panel", "dashboard"]
KINDS: tuple[Kind, ...] = ("panel", "dashboard")
BESIDE = ("id", "shared_with", "environment")
MOST_NAMES = 1_000


@dataclass(frozen=True, slots=True)
class Definition:
    """A panel or dashboard as a file has it. `shared_with`: ids of the tenants that have it, None for all."""

    kind: Kind
    slug: str
    document: PanelDocument | DashboardDocument
    shared_with: tuple[str, ...] | None
    place: Place

    @property
    def key(self) -> tuple[Kind, str]:
        return self.kind, self.slug


@dataclass(frozen=True, slots=True)
class Definitions:
    """All panels and dashboards of a folder, by kind and id, and a digest of what was read."""

    items: tuple[Definition, ...]
    digest: str


@dataclass
class Reader:
    """One document of a file, and where its refusals go."""

    folder: Fragments
    piece: Piece
    refusals: list[Refusal]
    environ: Mapping[str, str]
    is_shared: bool

    def definition(self, *, file_id: str) -> Definition | None:
        """None where anything is wrong."""
        before = len(self.refusals)
        kind = self._kind()
        if kind is None:
            return None
        slug, shared_with = self._id(file_id), self._shared_with()
        document = self._document(kind, self.piece.value[kind])
        if document is None or len(self.refusals) > before:
            return None
        return Definition(kind, slug, document, shared_with, self.piece.value[kind].place)

    def _kind(self) -> Kind | None:
        entries = self.piece.value
        found = [kind for kind in KINDS if isinstance(entries, dict) and kind in entries]
        if len(found) != 1:
            self._refuse(self.piece, "", "must hold panel: or dashboard:, one of them a document")
            return None
        for key in [key for key in entries if key not in {*KINDS, *BESIDE}]:
            self._refuse(entries[key], str(key), f"is not known here; known are {', '.join((*BESIDE, found[0]))}")
        return found[0]

    def _id(self, file_id: str) -> str:
        given = self.piece.value.get("id")
        slug = given.value if given is not None else file_id
        if not slug:
            self._refuse(self.piece, "id", "is required in a text, and where a file holds several documents")
        elif not isinstance(slug, str) or not re.fullmatch(PANEL_ID, slug):
            said = "must be" if given is not None else "is the file's name, which must be made of"
            self._refuse(given or self.piece, "id", f"{said} small letters, digits, - and _, 63 at most")
        return str(slug)

    def _shared_with(self) -> tuple[str, ...] | None:
        given = self.piece.value.get("shared_with")
        if given is None:
            return None
        names = given.plain()
        if not self.is_shared:
            self._refuse(given, "shared_with", "a tenant's own is shared with nobody")
        if not _are_names(names) or not names or len(set(names)) < len(names):
            self._refuse(given, "shared_with", "must be a list of tenants' ids, each once; without it every tenant has it")
            return None
        return tuple(names)

    def _document(self, kind: Kind, body: Piece) -> PanelDocument | DashboardDocument | None:
        """With its fragments and the values of the environment; None where anything is wrong."""
        includes = Includes(self.folder)
        whole = includes.expanded(body)
        environment = Environment(self._declared(), self.environ)
        filled = environment.filled(whole)
        refused = includes.refusals + environment.refusals
        self.refusals += refused
        left_out = [f".{one.path}".removesuffix(f".{KEY}").lstrip(".") for one in refused]
        asks = not any(path == "" or FIXED in path for path in left_out)
        document, errors = self._valid(kind, filled.plain(), asks=asks)
        left = [one for one in errors if not any(_is_about(one.path, path) for path in left_out)]
        self.refusals += [Refusal(filled.place_of(one.path), one.path, one.message) for one in left]
        return document if not refused and not errors else None

    def _valid(self, kind: Kind, raw: Any, *, asks: bool) -> tuple[PanelDocument | DashboardDocument | None, list[DocumentError]]:
        """The document, and all that is wrong with it. `asks`: its queries are whole, and the guard has its word.

        A document is refused for what its queries are; its texts are looked at for the places, and beside other mistakes.
        The audit is told of each text that is refused, else of the document as a whole.
        """
        try:
            document = read_document(raw) if kind == "panel" else read_dashboard(raw)
        except DocumentInvalid as invalid:
            return None, [*invalid.errors, *(told(self._to_texts(raw)) if asks else [])]
        found = self._to_queries(document) if asks else []
        return document, told(self._to_texts(raw) or found) if found else []

    def _to_texts(self, raw: Any) -> list[Objection]:
        return objections_to_texts(raw, is_shared=self.is_shared)

    def _to_queries(self, document: PanelDocument | DashboardDocument) -> list[Objection]:
        """To the queries that a valid document makes."""
        if isinstance(document, DashboardDocument):
            return objections_to_dashboard(document, is_shared=self.is_shared)
        return objections_to_queries(document, is_shared=self.is_shared)

    def _declared(self) -> list[str]:
        given = self.piece.value.get("environment")
        names = given.plain() if given is not None else []
        if not _are_names(names) or not all(NAME.fullmatch(name) for name in names):
            self._refuse(given or self.piece, "environment", "must be a list of names of environment variables")
            return []
        return names

    def _refuse(self, piece: Piece, path: str, reason: str) -> None:
        self.refusals.append(Refusal(piece.place, path, reason))


def _is_about(path: str, left_out: str) -> bool:
    """Whether a mistake may be there only because something could not be laid into the document."""
    return (
        not left_out
        or not path
        or f"{path}.".startswith((f"{left_out}.", f"{left_out}["))
        or f"{left_out}.".startswith((f"{path}.", f"{path}["))
    )


def _are_names(names: Any) -> bool:
    return isinstance(names, list) and len(names) <= MOST_NAMES and all(isinstance(name, str) for name in names)


def twice(items: list[Definition]) -> list[Refusal]:
    """Each that has the id of an earlier one, with both places."""
    first: dict[tuple[Kind, str], Definition] = {}
    found = []
    for item in items:
        earlier = first.setdefault(item.key, item)
        if earlier is not item:
            found.append(Refusal(item.place, "id", f"the {item.kind} “{item.slug}” stands at {earlier.place} too"))
    return found
