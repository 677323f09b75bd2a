"""What a variable may be where it stands: the value of a matcher, a regular expression, a duration, a name, a number."""

import re
from collections.abc import Sequence
from enum import Enum

from datasources.promql.tokens import MENTION, Token

GROUPING = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_DIGITS = re.compile(r"[\d.]*(?:ms|[smhdwy])?", re.ASCII)  # what is left of a word that may be a number
_REPLACEMENT, _PATTERN = 2, 4  # the arguments of label_replace that are read as more than a text, from 0


class Place(Enum):
    """In quotes: LITERAL, of `=`; PATTERN, of `=~` and of label_replace; REPLACEMENT, label_replace's; TEXT, any other.

    Without: DURATION; LABELS, a list of label names; NAME; PART of a name; FUNCTION, which no value can be; else NUMBER.
    """

    LITERAL = "literal"
    PATTERN = "pattern"
    REPLACEMENT = "replacement"
    TEXT = "text"
    DURATION = "duration"
    LABELS = "labels"
    NAME = "name"
    PART = "part"
    NUMBER = "number"
    FUNCTION = "function"


def place_of(tokens: Sequence[Token], index: int) -> Place:
    """Where the token stands. Where a name and a number could both stand, it is for a number: `$metric{}` is a name."""
    token = tokens[index]
    before = tokens[index - 1] if index else None
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.kind == "string":
        return _in_quotes(tokens, index, before)
    is_called = after is not None and (after.text == "(" or _is_word(after, {"by", "without"}))
    if is_called:
        return Place.FUNCTION
    if MENTION.fullmatch(token.text) is None:
        return Place.NUMBER if token.inside != "[" and _DIGITS.fullmatch(MENTION.sub("", token.text)) else Place.PART
    if token.inside == "[" or _is_word(before, {"offset"}) or _is_negative_offset(tokens[:index]):
        return Place.DURATION
    if token.inside == "(" and _is_word(_before_bracket(tokens, index), GROUPING):
        return Place.LABELS
    if (after is not None and after.text in {"{", "["}) or token.inside == "{":
        return Place.NAME
    return Place.NUMBER


def _in_quotes(tokens: Sequence[Token], index: int, before: Token | None) -> Place:
    if tokens[index].inside == "{" and before is not None:
        return Place.PATTERN if before.text in {"=~", "!~"} else Place.LITERAL
    if tokens[index].inside == "(" and _is_word(_before_bracket(tokens, index), {"label_replace"}):
        argument = _argument(tokens, index)
        return {_REPLACEMENT: Place.REPLACEMENT, _PATTERN: Place.PATTERN}.get(argument, Place.TEXT)
    return Place.TEXT


def _before_bracket(tokens: Sequence[Token], index: int) -> Token | None:
    """What stands before the bracket that a token stands in."""
    opening = _opening(tokens, index)
    return tokens[opening - 1] if opening > 0 else None


def _opening(tokens: Sequence[Token], index: int) -> int:
    depth = 0
    for place in range(index - 1, -1, -1):
        kind = tokens[place].kind
        if kind == "open" and depth == 0:
            return place
        depth += (kind == "close") - (kind == "open")
    return -1


def _argument(tokens: Sequence[Token], index: int) -> int:
    """Which argument of its call a token is part of, from 0."""
    depth, commas = 0, 0
    for token in tokens[_opening(tokens, index) + 1 : index]:
        depth += (token.kind == "open") - (token.kind == "close")
        commas += depth == 0 and token.text == ","
    return commas


def _is_word(token: Token | None, words: frozenset[str] | set[str]) -> bool:
    return token is not None and token.kind == "word" and token.text.lower() in words


def _is_negative_offset(before: Sequence[Token]) -> bool:
    return len(before) > 1 and before[-1].text == "-" and _is_word(before[-2], {"offset"})
