"""SQL as an editor writes it, read token by token: variables and `$__macros` are replaced; strings and comments stay.

A variable is `:name`, or `$name` and `${name}` as Grafana writes it; `IN (:name)` of a list becomes `= ANY (:name)`, which is
the same. In strings `$__interval` and `$__interval_ms` are replaced too, as they stand: `interval '$__interval'`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from datasources.errors import QueryRefused
from datasources.origin import Rewritten
from datasources.variables import AS_VALUE, MENTION

Macro = Callable[[list[str]], str]
Variable = Callable[[str, str], str]
Word = Callable[[str], str]

DEEPEST = 10  # macros within macros
WORDS = ("interval", "interval_ms")
_LISTED = MENTION.replace("P<", "P<listed_")
_TOKEN = re.compile(
    r"""
      (?P<comment> /\* )
    | (?P<kept>  --[^\n]* | :: )
    | (?P<quoted> [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
               | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$ )
    | \$__(?P<macro> \w+ )
    | (?P<number> \$\d+ )
    """
    rf"""
    | (?<![\w$.]) (?P<among> (?i:(?:NOT\s+)?IN) ) \s*\(\s* (?: : (?P<listed>[A-Za-z_]\w*) | {_LISTED} ) \s*\)
    | (?<![\w:.\]]) : (?P<variable> [A-Za-z_]\w* )
    | (?<![\w$]) {MENTION}
    | (?P<bracket> [()\[\]] )
    | (?<![\w$.]) (?P<clause> (?i: SELECT | FROM | WHERE | GROUP | HAVING | WINDOW | ORDER | LIMIT | UNION )) (?![\w$])
    """,
    re.VERBOSE | re.DOTALL,
)
_NAMED = re.compile(r"(?:(?<![\w:.\]]):|(?<![\w$])\$\{?)([A-Za-z_]\w*)")
_WORD = re.compile(r"\$(?:__(interval_ms|interval)(?!\w)|\{__(interval_ms|interval)\})")
_BEFORE_ITEM = re.compile(r"(?:,|\b(?:select|distinct|all))\s*\Z", re.IGNORECASE)
_ITEM_MACRO = "timeGroup"


@dataclass(frozen=True, slots=True)
class Replacing:
    """What takes the place of macros, given their arguments, of variables by name and format, and of `$__interval`.

    `is_list` tells which variables have lists for values.
    """

    macros: Mapping[str, Macro]
    variable: Variable
    word: Word
    is_list: Callable[[str], bool] = lambda name: False


def rewrite(text: str, replacing: Replacing, *, depth: int = 0) -> Rewritten:
    """The text with something else for each macro and variable. What stands in a macro's brackets is rewritten first.

    Raises QueryRefused for an unknown macro, and what the replacing raises; it says where.
    """
    written: list[str] = []
    pieces: list[tuple[int, int]] = []
    selects = [False]  # for each open bracket: whether the items of a SELECT are listed there
    position = 0
    while (match := _TOKEN.search(text, position)) is not None:
        try:
            piece, end = _replaced(text, match, replacing, selects, depth)
        except QueryRefused as refused:
            refused.at = match.start()
            raise
        written += (text[position : match.start()], piece)
        pieces += ((match.start() - position,) * 2, (len(piece), end - match.start()))
        position = end
    rest = text[position:]
    return Rewritten("".join([*written, rest]), text, (*pieces, (len(rest), len(rest))))


def _replaced(text: str, match: re.Match[str], replacing: Replacing, selects: list[bool], depth: int) -> tuple[str, int]:
    """What takes a token's place, and where in the text it ends."""
    piece, position = match.group(), match.end()
    if match["comment"]:
        position = _end_of_comment(text, match.start())
        return text[match.start() : position], position
    if match["quoted"]:
        return _WORD.sub(lambda found: replacing.word(found[1] or found[2]), piece), position
    if match["macro"] in WORDS:
        return _bare(match["macro"], replacing), position
    if match["macro"]:
        return _macro(text, match, replacing, is_listed=selects[-1], depth=depth)
    if match["number"]:
        raise QueryRefused("Write variables as :name.", detail=f"{piece} stands in the query.")
    if match["among"]:
        return _among(match, replacing), position
    if (name := match["variable"] or match["braced"] or match["plain"]) is not None:
        return _named(name, match["format"] or "", replacing), position
    _note_clause(piece, selects)
    return piece, position


@lru_cache(maxsize=1_024)
def variables_in(text: str) -> frozenset[str]:
    """The names of the variables that may occur: all that stand after a colon or a dollar, be it in a string or a comment.

    One too many costs a query; for one too few an asker would get the answer to another's value. Every refresh asks: a text
    seen before is answered from memory.
    """
    return frozenset(_NAMED.findall(text))


def names_interval(text: str) -> bool:
    """Whether `$__interval` or `$__interval_ms` may occur."""
    return "$__interval" in text


def _named(name: str, format: str, replacing: Replacing) -> str:
    """A variable; `${__interval}` is none."""
    word = name.removeprefix("__")
    return _bare(word, replacing) if word != name and word in WORDS else replacing.variable(name, format)


def _bare(word: str, replacing: Replacing) -> str:
    """Outside of a string, a number of milliseconds is one; the interval becomes a string: PostgreSQL knows no 5m."""
    said = replacing.word(word)
    return said if word == "interval_ms" else f"'{said}'"


def _note_clause(piece: str, selects: list[bool]) -> None:
    if piece in "([":
        selects.append(False)
    elif piece in ")]":
        if len(selects) > 1:
            selects.pop()
    elif piece not in {"", "::"} and not piece.startswith("--"):
        selects[-1] = piece.upper() == "SELECT"


def _macro(text: str, match: re.Match[str], replacing: Replacing, *, is_listed: bool, depth: int) -> tuple[str, int]:
    name, macros = match["macro"], replacing.macros
    if name not in macros:
        known = ", ".join(f"$__{macro}" for macro in (*macros, *WORDS))
        raise QueryRefused("The query uses a macro PanelDash does not know.", detail=f"$__{name} is not one of {known}.")
    if depth >= DEEPEST:
        raise QueryRefused(f"Macros stand in one another more than {DEEPEST} deep.")
    arguments, position = arguments_at(text, name, match.end())
    if name == _ITEM_MACRO and is_listed and text[position : position + 1] == ",":
        is_item = _BEFORE_ITEM.search(text, max(0, match.start() - 200), match.start())
        name = f"{name}Alias" if is_item else name  # as Grafana has it
    return macros[name]([rewrite(argument, replacing, depth=depth + 1).text for argument in arguments]), position


def arguments_at(text: str, name: str, start: int) -> tuple[list[str], int]:
    """What stands in the brackets after a macro, split at its own commas, and where it ends."""
    opening = re.compile(r"\s*\(").match(text, start)
    if opening is None:
        raise QueryRefused("A macro needs brackets: $__timeFilter(column).", detail=f"$__{name} has none.")
    depth, pieces, piece_from, position = 1, [], opening.end(), opening.end()
    while position < len(text):
        sign = text[position]
        if sign in "'\"":
            position = _end_of_quote(text, position)
            continue
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 or (depth == 1 and sign == ","):
            pieces.append(text[piece_from:position].strip())
            piece_from = position + 1
        position += 1
        if depth == 0:
            return pieces, position
    raise QueryRefused("The brackets of a macro are not closed.", detail=f"It is $__{name}.")


def _end_of_quote(text: str, start: int) -> int:
    end = text.find(text[start], start + 1)
    return len(text) if end < 0 else end + 1


def _end_of_comment(text: str, start: int) -> int:
    """PostgreSQL's comments nest."""
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _among(match: re.Match[str], replacing: Replacing) -> str:
    """`IN (:name)`: a list is bound as one array, so that the statement is the same for any number of values."""
    name = match["listed"] or match["listed_braced"] or match["listed_plain"]
    format = match["listed_format"] or ""
    place = replacing.variable(name, format)
    if not replacing.is_list(name) or format not in AS_VALUE:
        return f"{match['among']} ({place})"
    return f"<> ALL ({place})" if match["among"][:3].upper() == "NOT" else f"= ANY ({place})"
