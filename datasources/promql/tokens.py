"""PromQL as its words and signs, with the variables that stand among and in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, cast

from datasources.promql.mistake import mistake

Kind = Literal["word", "string", "open", "close", "sign"]

MENTION = re.compile(
    r"\$\{(?P<braced>[A-Za-z_]\w*)(?::(?P<format>\w*))?\}"
    r"|\[\[(?P<bracketed>[A-Za-z_]\w*)(?::(?P<old_format>\w*))?\]\]"
    r"|\$(?P<plain>[A-Za-z_]\w*)",
    re.ASCII,
)
_MENTION = r"\$\{[A-Za-z_]\w*(?::\w*)?\}|\[\[[A-Za-z_]\w*(?::\w*)?\]\]|\$[A-Za-z_]\w*"
_TOKEN = re.compile(
    rf"""
      (?P<space> (?: \s | \#[^\n]* )+ )
    | (?P<string> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `[^`]*` )
    | (?P<word> (?: \d+\.?\d* | \.\d+ ) [eE] [+-]? \d+ | (?: {_MENTION} | [\w.:] )+ )
    | (?P<open> [(\[{{] ) | (?P<close> [)\]}}] )
    | (?P<sign> =~ | !~ | != | == | <= | >= | [-+*/%^<>=,@] )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_IN_RANGE = re.compile(rf"(?P<word> (?: {_MENTION} | [\w.] )+ ) | (?P<sign> : )", re.VERBOSE | re.ASCII)
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word (a name, a number, a duration), a string with its quotes, a bracket or a sign; `at` is its place in the text.

    `inside` is the bracket it stands in, empty where in none; `has_mention`: a variable stands in it.
    """

    kind: Kind
    text: str
    at: int
    inside: str = ""
    has_mention: bool = False


@lru_cache(maxsize=1_024)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens without comments and spaces. Raises Mistake for what is none, and for brackets that do not fit."""
    return tuple(_read(text))


@lru_cache(maxsize=1_024)
def variables_in(text: str) -> frozenset[str]:
    """The names of the variables that may occur, be it in a comment: one too few, and one asker got another's answer."""
    return frozenset(name_of(match) for match in MENTION.finditer(text))


def name_of(match: re.Match[str]) -> str:
    return match["braced"] or match["bracketed"] or match["plain"]


def format_of(match: re.Match[str]) -> str:
    return match["format"] or match["old_format"] or ""


def _read(text: str) -> Iterator[Token]:
    stack: list[Token] = []
    position = 0
    while position < len(text):
        inside = stack[-1].text if stack else ""
        match = (inside == "[" and _IN_RANGE.match(text, position)) or _TOKEN.match(text, position)
        if not match:
            raise mistake(_unreadable(text[position]), text=text, at=position)
        piece = match.group()
        token = Token(cast(Kind, match.lastgroup), piece, position, inside, MENTION.search(piece) is not None)
        position = match.end()
        if match.lastgroup == "space":
            continue
        if token.kind == "close":
            if not stack or stack.pop().text != _PAIRS[piece]:
                raise mistake(f"“{piece}” closes nothing.", text=text, at=token.at)
            token = replace(token, inside=stack[-1].text if stack else "")
        yield token
        if token.kind == "open":
            stack.append(token)
    if stack:
        raise mistake(f"“{stack[-1].text}” is not closed.", text=text, at=stack[-1].at)


def _unreadable(sign: str) -> str:
    if sign in "\"'`":
        return "A text is not closed."
    return f"“{sign}” has no meaning here." if sign.isprintable() else "A sign here cannot be seen, and has no meaning."
