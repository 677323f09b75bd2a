"""Documents that somebody brings in one text, YAML or JSON: read as a folder's files are, but from no folder."""

import hashlib
import json
from pathlib import PurePosixPath
from typing import Any

from dashboards.as_code.definitions import Definition, Definitions, Reader, twice
from dashboards.as_code.pieces import Piece, Place, Refusal, Refused, read_pieces
from dashboards.as_code.sources import SOURCE, is_source
from dashboards.panels.reading import DocumentError, DocumentInvalid, check_tree, once_each

MOST_BYTES = 200_000
MOST_VALUES = 30_000  # with keys; of YAML that is up to a second's work
MOST_DOCUMENTS = 200
NAMELESS = "upload"


class NoFragments:
    """What is brought by hand has no folder beside it."""

    def fragment(self, name: str) -> str:
        raise Refused(Refusal(Place(name, 1), "", "is not here: an upload includes nothing"))


def read_upload(text: str, name: str, *, is_shared: bool) -> Definitions:
    """Read all documents of a text; one alone may have its id from its file's name. Raises Refused with all that is wrong."""
    file = "".join(sign for sign in PurePosixPath(name.replace("\\", "/")).name if sign.isprintable())[:100] or NAMELESS
    _check_size(text, file)
    pieces = _pieces(text, file)
    refusals: list[Refusal] = []
    items: list[Definition] = []
    for piece in pieces:
        if isinstance(piece.value, dict) and "environment" in piece.value:
            given = piece.value["environment"]
            refusals.append(Refusal(given.place, "environment", "an upload takes nothing from the server's environment"))
            continue
        if is_source(piece):
            refusals.append(Refusal(piece.place, SOURCE, "data sources are kept by admins, on their pages: an upload has none"))
            continue
        reader = Reader(NoFragments(), piece, refusals, {}, is_shared=is_shared)
        definition = reader.definition(file_id=PurePosixPath(file).stem if len(pieces) == 1 and file != NAMELESS else "")
        items += [definition] if definition is not None else []
    refusals += twice(items)
    if refusals:
        raise Refused(*refusals)
    return Definitions(tuple(items), hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


def _check_size(text: str, file: str) -> None:
    if len(text.encode(errors="surrogatepass")) > MOST_BYTES:
        raise Refused(Refusal(Place(file, 1), "", f"has more than {MOST_BYTES:,} bytes; for more there is panels apply"))


def _pieces(text: str, file: str) -> list[Piece]:
    pieces = _json_pieces(text, file) if text.lstrip().startswith(("{", "[")) else None
    found = pieces if pieces is not None else read_pieces(text, file, most=MOST_VALUES)
    if not found:
        raise Refused(Refusal(Place(file, 1), "", "holds no document"))
    _check_number(len(found), file)
    return found


def _check_number(documents: int, file: str) -> None:
    if documents > MOST_DOCUMENTS:
        raise Refused(Refusal(Place(file, 1), "", f"holds more than {MOST_DOCUMENTS} documents; for more there is panels apply"))


def _json_pieces(text: str, file: str) -> list[Piece] | None:
    """A document, or a list of them; None for what is not JSON."""
    try:
        tree = json.loads(text, object_pairs_hook=once_each, parse_constant=_refuse_constant)
        documents = tree if isinstance(tree, list) else [tree]
        _check_number(len(documents), file)
        for document in documents:
            check_tree(document)
    except json.JSONDecodeError:
        return None
    except (ValueError, RecursionError) as error:  # a ValueError of Python's own: a number of 5,000 digits
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise Refused(Refusal(Place(file, 1), "", reason)) from error
    whole = _placed(tree, _as_yaml(text, file), Place(file, 1))
    return whole.value if isinstance(tree, list) else [whole]


def _as_yaml(text: str, file: str) -> Piece | None:
    """The same as YAML, which knows its lines; None for JSON that is none, with tabs for one."""
    try:
        return next(iter(read_pieces(text, file, most=MOST_VALUES, most_of_one=MOST_VALUES)), None)
    except Refused:
        return None


def _placed(value: Any, beside: Piece | None, above: Place) -> Piece:
    """A value of JSON with the places that YAML has for it."""
    place = beside.place if beside is not None else above
    below = beside.value if beside is not None else None
    if isinstance(value, dict):
        known = below if isinstance(below, dict) else {}
        return Piece({key: _placed(one, known.get(key), place) for key, one in value.items()}, place)
    if isinstance(value, list):
        known = dict(enumerate(below)) if isinstance(below, list) else {}
        return Piece([_placed(one, known.get(number), place) for number, one in enumerate(value)], place)
    return Piece(value, place)


def _refuse_constant(name: str) -> Any:
    raise DocumentInvalid(DocumentError("", f"{name} is no value"))
