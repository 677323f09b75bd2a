"""PromQL with its variables and macros written out."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasources.errors import QueryRefused, ValueMissing
from datasources.promql.macros import NAMES, TENANT
from datasources.promql.mistake import mistake
from datasources.promql.places import Place, place_of
from datasources.promql.tokens import MENTION, Token, format_of, name_of, tokens_of
from datasources.promql.values import KEYWORDS, bare, in_quotes, quoted_piece

MOST_CHARACTERS = 100_000
_SAMPLES = {Place.DURATION: "1m", Place.NUMBER: "1", Place.PART: "v", Place.NAME: "v", Place.LABELS: "v"}

Write = Callable[[re.Match[str], Place, Token], str]


@dataclass(frozen=True, slots=True)
class Expanded:
    """`text` is what is sent, and `written` what it was made of; `edges` where pieces of both begin, ascending."""

    text: str
    written: str
    edges: Sequence[tuple[int, int]]

    def origin(self, at: int) -> int:
        """The place in what was written that a place in the text comes from."""
        text_at, written_at = self.edges[bisect_right(self.edges, at, key=lambda edge: edge[0]) - 1]
        return min(written_at + at - text_at, len(self.written))


def expand(written: str, *, variables: Mapping[str, Any], macros: Mapping[str, str]) -> Expanded:
    """Each value as its place demands: in quotes a literal, elsewhere one name, number or duration.

    Raises Mistake for what cannot be read, ValueMissing, and QueryRefused for a value that cannot stand where it is used.
    """

    room = MOST_CHARACTERS - len(written)

    def value(match: re.Match[str], place: Place, token: Token) -> str:
        name = name_of(match)
        if name in macros:
            return macros[name]
        if name not in variables:
            _refuse_missing(written, name, place, token, match)
            return match.group()
        return (in_quotes if token.kind == "string" else bare)(variables[name], format_of(match), place, name=name)

    def write(match: re.Match[str], place: Place, token: Token) -> str:
        nonlocal room
        text = value(match, place, token)
        room -= len(text)
        if room < 0:  # as soon as it is: a long list a thousand times over would not fit into memory
            raise QueryRefused("The PromQL is too long, its values included.")
        return text

    return _rewritten(written, write)


def validate(written: str) -> Expanded:
    """The text with a harmless value for each variable: what can be said of it before any value is known. Raises Mistake."""

    def write(match: re.Match[str], place: Place, token: Token) -> str:
        name = name_of(match)
        if name.startswith("__") and name not in NAMES:
            _refuse_missing(written, name, place, token, match)
        if token.kind == "string":
            return "v"
        if place is Place.FUNCTION:
            raise mistake(f"“{match.group()}” cannot stand for a function.", text=written, at=token.at)
        is_length = name in NAMES and not name.endswith(("_ms", "_s", TENANT))
        return "1m" if is_length else _SAMPLES.get(place, "1")

    return _rewritten(written, write)


def _refuse_missing(written: str, name: str, place: Place, token: Token, match: re.Match[str]) -> None:
    """In a text that is no matcher's, `$name` may be what a regular expression has caught: label_replace's own."""
    if place in {Place.REPLACEMENT, Place.TEXT}:
        return
    at = token.at + match.start()
    if name.startswith("__"):
        raise mistake(f"“{match.group()}” is not one of {', '.join(f'${name}' for name in sorted(NAMES))}.", text=written, at=at)
    raise ValueMissing(f"This panel needs a value for “{name}”.", detail=f"${name} has no value.")


def _rewritten(written: str, write: Write) -> Expanded:
    tokens = tokens_of(written)
    pieces: list[str] = []
    edges: list[tuple[int, int]] = []
    length, position = 0, 0
    for index, token in enumerate(tokens):
        if not token.has_mention:
            continue
        before, text = written[position : token.at], _token_text(token, place_of(tokens, index), write)
        edges += [(length, position), (length + len(before), token.at)]
        pieces += [before, text]
        length, position = length + len(before) + len(text), token.at + len(token.text)
    pieces.append(written[position:])
    return Expanded("".join(pieces), written, [*edges, (length, position)])


def _token_text(token: Token, place: Place, write: Write) -> str:
    if token.kind != "string":
        return _word(MENTION.sub(lambda match: write(match, place, token), token.text), place)
    sign, inner, pieces, position = token.text[0], token.text[1:-1], [], 0
    for match in MENTION.finditer(inner):
        pieces += [_requoted(inner[position : match.start()], sign), write(match, place, token)]
        position = match.end()
    return f'"{"".join(pieces)}{_requoted(inner[position:], sign)}"'


def _word(text: str, place: Place) -> str:
    if place is Place.PART and text.lower() in KEYWORDS:
        raise QueryRefused("The value of a variable makes a keyword where a name is meant.", detail=f"“{text}” is one.")
    return text


def _requoted(piece: str, sign: str) -> str:
    """What an editor wrote between quotes of one kind, as it stands between double ones."""
    if sign == '"':
        return piece
    return quoted_piece(piece) if sign == "`" else re.sub(r"(\\.)|\"", _escaped, piece)


def _escaped(sign: re.Match[str]) -> str:
    """Between double quotes an apostrophe needs no escape, and may have none."""
    return {"\\'": "'", None: '\\"'}.get(sign[1], sign[1])
