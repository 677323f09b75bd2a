"""From the fields of a form to the document they say. What cannot be read as it should stays as it was written.

A field's name is the place in the document, rows and entries by number: `doc.display.thresholds[0].value`. Beside it may stand,
with a mark behind the name: `~` whether a document says what would hold anyway, or says null; `~rows` how many rows or entries
there are; `~key` an entry's name; `~kind` of which kind a value is; `~way`, `~kept` as in Piece; `~more`, `~raw` what has no
place in the form, as JSON.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from dashboards.editor.pieces import Piece
from dashboards.editor.shapes import NOT_GIVEN, Shape
from dashboards.editor.ways import way_of, ways_of
from dashboards.panels.reading import DocumentError, check_tree

ROOT = "doc"
GIVEN, NULL = "given", "null"
MOST_ROWS = 1_000
_WHOLE = re.compile(r"[+-]?[0-9]{1,300}")
_KIND = re.compile(r"[0-9]{1,2}")


class Reading:
    """One form read; `errors` are of the form itself, each with its place in the document.

    Every row has a field of its own: there are no more rows in all than fields.
    """

    def __init__(self, fields: QueryDict) -> None:
        self.fields = fields
        self.errors: list[DocumentError] = []
        self.left = len(fields)

    def read(self, shape: Shape, name: str, path: str = "") -> Any:
        """What is said at a place, NOT_GIVEN where nothing is."""
        raw = self.fields.get(f"{name}~raw")
        if raw is not None:
            return _from_json(raw)
        mark = self.fields.get(f"{name}~", "")
        said = self._said(shape, name, path, mark)
        if said is NOT_GIVEN:
            return None if mark == NULL else NOT_GIVEN
        is_usual = mark != GIVEN and not shape.is_required and shape.default is not NOT_GIVEN and _same(said, shape.default)
        return NOT_GIVEN if is_usual else said

    def _said(self, shape: Shape, name: str, path: str, mark: str) -> Any:
        match shape.kind:
            case "boolean":
                values = self.fields.getlist(name)
                return values[-1] == "true" if values else NOT_GIVEN
            case "object":
                return self._object(shape, name, path, mark)
            case "rows":
                return self._rows(shape, name, path, mark)
            case "entries":
                return self._entries(shape, name, path, mark)
            case "union":
                return self._union(shape, name, path)
            case "nothing":
                return NOT_GIVEN
        text = self.fields.get(name)
        if text is None or (text == "" and mark != GIVEN):
            return NOT_GIVEN
        return _value(shape, text.replace("\r\n", "\n"))

    def _object(self, shape: Shape, name: str, path: str, mark: str) -> Any:
        ways = ways_of(shape)
        said = Piece({}, way=self.fields.get(f"{name}~way", ""), kept=_mapping(self.fields.get(f"{name}~kept", "")))
        for key, one in shape.properties.items():
            value = self.read(one, f"{name}.{key}", f"{path}.{key}".removeprefix("."))
            if value is not NOT_GIVEN:
                said[key] = value
            kind = self.fields.get(f"{name}.{key}~kind", "")
            if _KIND.fullmatch(kind):
                said.kinds[key] = int(kind)
        said |= _mapping(self.fields.get(f"{name}~more", ""))
        if ways and not said.way:
            said.way = way_of(said, "", ways).name
        return said if said or shape.is_required or mark == GIVEN else NOT_GIVEN

    def _rows(self, shape: Shape, name: str, path: str, mark: str) -> Any:
        assert shape.item is not None
        count = self._count(name)
        if count is None:
            return NOT_GIVEN
        found = [self._or_empty(shape.item, f"{name}[{place}]", f"{path}[{place}]") for place in range(count)]
        return found if found or _counts_when_empty(shape, mark) else NOT_GIVEN

    def _entries(self, shape: Shape, name: str, path: str, mark: str) -> Any:
        assert shape.item is not None
        count = self._count(name)
        if count is None:
            return NOT_GIVEN
        found: dict[str, Any] = {}
        for place in range(count):
            its = f"{name}{{{place}}}"
            key = self._free(self.fields.get(f"{its}~key", "").strip(), found, path)
            found[key] = self._or_empty(shape.item, its, f"{path}.{key}")
        return found if found or _counts_when_empty(shape, mark) else NOT_GIVEN

    def _free(self, key: str, taken: Mapping[str, Any], path: str) -> str:
        """The key, or one like it where it stands already: both are shown, and neither is lost."""
        if key not in taken:
            return key
        number = 2
        while f"{key} ({number})" in taken:
            number += 1
        self.errors.append(DocumentError(f"{path}.{key} ({number})", f"“{key}” stands twice"))
        return f"{key} ({number})"

    def _union(self, shape: Shape, name: str, path: str) -> Any:
        kind = self.fields.get(f"{name}~kind", "")
        if not _KIND.fullmatch(kind) or int(kind) >= len(shape.alternatives):
            return NOT_GIVEN
        chosen = shape.alternatives[int(kind)]
        found = self.read(chosen, name, path)
        if found is not NOT_GIVEN:
            return found
        return "" if chosen.kind == "text" and name in self.fields and not shape.is_nullable else NOT_GIVEN

    def _or_empty(self, shape: Shape, name: str, path: str) -> Any:
        found = self.read(shape, name, path)
        return empty(shape) if found is NOT_GIVEN else found

    def _count(self, name: str) -> int | None:
        text = self.fields.get(f"{name}~rows", "")
        if not re.fullmatch(r"[0-9]{1,6}", text):
            return None
        count = min(int(text), MOST_ROWS, self.left)
        self.left -= count
        return count


def read_form(shape: Shape, fields: QueryDict, type_name: str) -> tuple[Piece, list[DocumentError]]:
    """The document of a type that a form says, and what is wrong with the form itself."""
    reading = Reading(fields)
    said = reading._object(shape, ROOT, "", GIVEN)
    document = Piece({"type": type_name, **said})
    document.kinds = said.kinds
    return document, reading.errors


def empty(shape: Shape) -> Any:
    """What a row holds of which nothing is said yet."""
    match shape.kind:
        case "object" | "entries":
            return {}
        case "rows":
            return []
        case "boolean":
            return False
        case "choice":
            return shape.options[0]
        case "union":
            return empty(shape.alternatives[0])
    return ""


def _counts_when_empty(shape: Shape, mark: str) -> bool:
    return mark == GIVEN or shape.is_required or bool(shape.default not in (NOT_GIVEN, None) and shape.default)


def _value(shape: Shape, text: str) -> Any:
    if shape.kind == "choice":
        return next((option for option in shape.options if str(option) == text), text)
    return _number(text.strip()) if shape.kind == "number" else text


def _number(text: str) -> Any:
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text
    return number if number == number and abs(number) != float("inf") else text


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _from_json(text: str) -> Any:
    """What no document may hold stays the text it was written in, which a page can show."""
    try:
        found = json.loads(text)
        check_tree(found)
    except (ValueError, RecursionError):
        return text
    return found


def _mapping(text: str) -> dict[str, Any]:
    found = _from_json(text) if text else {}
    return found if isinstance(found, dict) else {"": found}
