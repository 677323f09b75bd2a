"""What a person has sent of a panel's document: as a form or as a text, and what is wrong with it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from dashboards.checks import check_queries
from dashboards.editor.pieces import Piece, plain
from dashboards.editor.reading import read_form
from dashboards.editor.shapes import shape_of_type
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import BadRequest
from dashboards.panels.document import DocumentInvalid, PanelDocument, as_yaml, read_document
from dashboards.panels.reading import DocumentError, check_tree, read_text

FORM, TEXT = "form", "document"
MOST_SENT = 500_000


@dataclass(slots=True)
class Written:
    """`tree` is the document, right or wrong; None where a text is none. `text` is how it was written, in the view TEXT."""

    view: str
    tree: Piece | None
    text: str = ""
    errors: tuple[DocumentError, ...] = ()

    @property
    def type(self) -> str:
        """The type, empty where there is none of that name: such a document has no form."""
        name = str(self.tree.get("type")) if self.tree is not None else ""
        return name if name in PANEL_TYPES else ""

    @property
    def digest(self) -> str:
        """It differs where the document does."""
        return digest_of(self.tree) if self.tree is not None else ""

    def as_text(self) -> str:
        return as_yaml(plain(self.tree)) if self.tree is not None else self.text


def digest_of(document: Mapping[str, Any]) -> str:
    """Of what a document says: 80 is 80.0."""
    try:
        said = read_document(plain(document)).model_dump(mode="json", exclude_unset=True)
    except DocumentInvalid:
        said = plain(document)
    return hashlib.blake2b(json.dumps(said, sort_keys=True, default=str).encode(), digest_size=12).hexdigest()


def read_written(fields: QueryDict) -> Written:
    """What a form of the page sent. Raises BadRequest for what no form of ours sends."""
    if sum(len(value) for _, values in fields.lists() for value in values) > MOST_SENT or any(
        "\x00" in value for _, values in fields.lists() for value in values
    ):
        raise BadRequest("The document is too long, or holds a NUL character.")
    if fields.get("view") == TEXT:
        return _from_text(fields.get("text", "").replace("\r\n", "\n"))
    name = fields.get("was", "")
    if name not in PANEL_TYPES:
        raise BadRequest("There is no such panel type.")
    tree, errors = read_form(shape_of_type(name), fields, name)
    return Written(FORM, tree, errors=tuple(errors))


def _from_text(text: str) -> Written:
    try:
        raw = read_text(text)
        check_tree(raw)
    except DocumentInvalid as error:
        return Written(TEXT, None, text, tuple(error.errors))
    if isinstance(raw, Mapping) and set(raw) == {"panel"}:
        raw = raw["panel"]
    if not isinstance(raw, Mapping):
        return Written(TEXT, None, text, (DocumentError("", "a panel is a mapping with type, title and data_source"),))
    return Written(TEXT, Piece(plain(raw)), text)


def checked(written: Written, *, platform: bool) -> PanelDocument:
    """The document, which is valid, and whose queries the guard lets through. Raises DocumentInvalid."""
    if written.errors:
        raise DocumentInvalid(*written.errors)
    document = read_document(plain(written.tree))
    if errors := check_queries(document, is_shared=platform):
        raise DocumentInvalid(*(_at_the_text(error, document) for error in errors))
    return document


def _at_the_text(error: DocumentError, document: PanelDocument) -> DocumentError:
    """What the guard has against a query, at the field it is written in."""
    source = document.data_source
    if error.path != "data_source" or source is None:
        return error
    field = next((name for name in ("sql", "promql", "queries") if getattr(source, name) is not None), "query.where")
    return DocumentError(f"data_source.{field}", error.message)
