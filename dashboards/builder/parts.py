"""A dashboard's variables and annotations as a form of fields: the forms that their schemas make, one below another.

Each stands under a name of its own in one document, `v0`, `v1` and so on, as `dashboards.editor` reads and draws documents.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from django.http import QueryDict

from dashboards.annotations.definitions import MOST_QUERIES, AnnotationQuery
from dashboards.builder.naming import free_name
from dashboards.document import read_annotations, read_variables
from dashboards.editor.acting import NoSuchPlace, act
from dashboards.editor.node import Node
from dashboards.editor.nodes import form_of
from dashboards.editor.pieces import Piece, plain
from dashboards.editor.reading import ROOT, Reading
from dashboards.editor.shapes import Shape, shape_of
from dashboards.panels.document import DocumentError, DocumentInvalid
from dashboards.panels.parts import Strict
from dashboards.variables.definitions import MOST_VARIABLES, AnyVariable

KIND_LABELS = {
    "query": "Query",
    "custom": "List",
    "text": "Text",
    "constant": "Constant",
    "interval": "Interval",
    "data_source": "Data source",
    "tenant": "Tenant’s attribute",
}
BEGUN: Mapping[str, dict[str, Any]] = {
    "custom": {"options": [""]},
    "interval": {"options": ["1m", "10m", "1h"]},
    "data_source": {"source_kind": "prometheus"},
    "query": {"data_source": {}},
    "annotation": {"data_source": {}},
}
_PLACE = re.compile(rf"(up|down|remove|show):{ROOT}\.v([0-9]{{1,2}})")


@dataclass(frozen=True, slots=True)
class Part:
    """What of a dashboard's document is a list of things. `one` is what each is called; `read` validates the list.

    `kinds` are the models of each kind; of things of one kind alone it has that name.
    """

    name: str
    one: str
    most: int
    kinds: Mapping[str, type[Strict]]
    read: Callable[[Any], Sequence[Strict]]

    @property
    def labels(self) -> list[tuple[str, str]]:
        return [(kind, KIND_LABELS.get(kind, kind)) for kind in self.kinds] if len(self.kinds) > 1 else []

    def shape(self, kind: str) -> Shape:
        """Of one kind, whose name is not among its fields."""
        whole = shape_of(self.kinds[kind])
        return replace(whole, properties={name: one for name, one in whole.properties.items() if name != "kind"})


def _variable_kinds() -> dict[str, type[Strict]]:
    union = get_args(AnyVariable)[0]
    models = {get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(union)}
    return {kind: models[kind] for kind in KIND_LABELS}


PARTS = {
    "variables": Part("variables", "variable", MOST_VARIABLES, _variable_kinds(), read_variables),
    "annotations": Part("annotations", "annotation", MOST_QUERIES, {"annotation": AnnotationQuery}, read_annotations),
}


@dataclass(slots=True)
class Things:
    """What a form holds: each thing with its kind, in order; and what is wrong with the form itself."""

    part: Part
    kinds: list[str]
    pieces: list[Piece]
    errors: list[DocumentError]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """As the document has them."""
        named = len(self.part.kinds) > 1
        found = zip(self.kinds, self.pieces, strict=True)
        return [{**({"kind": kind} if named else {}), **plain(piece)} for kind, piece in found]

    def checked(self) -> list[dict[str, Any]]:
        """With all their fields, as the builder's page holds a document. Raises DocumentInvalid."""
        if self.errors:
            raise DocumentInvalid(*self.errors)
        return [one.model_dump(mode="json") for one in self.part.read(self.rows)]

    def act(self, do: str) -> None:
        """Do what a button says: `new:query`, `up:doc.v1`, or what is done within a thing. Raises NoSuchPlace."""
        verb, _, what = do.partition(":")
        found = _PLACE.fullmatch(do)
        if verb == "new" and what in self.part.kinds and len(self.kinds) < self.part.most:
            self._add(what)
        elif found is not None and int(found[2]) < len(self.kinds):
            self._move(found[1], int(found[2]))
        else:
            act(self._document(), self._shape(), do)

    def nodes(self, errors: Sequence[DocumentError]) -> tuple[list[Node], list[DocumentError]]:
        """A form each, and the errors that belong to none. Their paths are those of the dashboard's document."""
        moved = [DocumentError(re.sub(rf"^{self.part.name}\[(\d+)\]", r"v\1", one.path), one.message) for one in errors]
        root, homeless = form_of(self._document(), self._shape(), moved)
        return root.children, homeless

    def _add(self, kind: str) -> None:
        taken = [str(piece.get("name", "")) for piece in self.pieces]
        self.kinds.append(kind)
        self.pieces.append(Piece({"name": free_name(self.part.one, taken), **BEGUN.get(kind, {})}))

    def _move(self, verb: str, place: int) -> None:
        for each in (self.kinds, self.pieces):
            taken: Any = each.pop(place)
            if verb != "remove":
                each.insert(max(place - 1, 0) if verb == "up" else place + 1, taken)

    def _document(self) -> Piece:
        return Piece({f"v{place}": piece for place, piece in enumerate(self.pieces)})

    def _shape(self) -> Shape:
        return shape_together([self.part.shape(kind) for kind in self.kinds])


def shape_together(shapes: Sequence[Shape]) -> Shape:
    return Shape(kind="object", properties={f"v{place}": replace(one, is_required=True) for place, one in enumerate(shapes)})


def things_of(part: Part, rows: Any) -> Things:
    """Those of a document that a page holds. What is none is left out."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    only = next(iter(part.kinds))
    kinds = [str(row.get("kind")) if len(part.kinds) > 1 else only for row in found]
    known = [(kind, row) for kind, row in zip(kinds, found, strict=True) if kind in part.kinds][: part.most]
    pieces = [Piece({name: value for name, value in _said(row).items() if name != "kind"}) for _, row in known]
    return Things(part, [kind for kind, _ in known], pieces, [])


def read_things(part: Part, fields: QueryDict) -> Things:
    """Those of a form that was sent."""
    kinds = [kind for kind in fields.getlist("kind") if kind in part.kinds][: part.most]
    reading, pieces = Reading(fields), []
    for place, kind in enumerate(kinds):
        said = reading.read(replace(part.shape(kind), is_required=True), f"{ROOT}.v{place}", f"{part.name}[{place}]")
        pieces.append(said if isinstance(said, Piece) else Piece({}))
    return Things(part, kinds, pieces, reading.errors)


def _said(tree: Any) -> Any:
    """Without what is null, which nothing of these means otherwise than not to say it."""
    if isinstance(tree, dict):
        return {name: _said(value) for name, value in tree.items() if value is not None}
    return tree


__all__ = ["PARTS", "NoSuchPlace", "Part", "Things", "read_things", "things_of"]
