"""SQL laid out anew: a clause a line, keywords in capitals. It means the same, which PostgreSQL's parser is asked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from datasources.compile.steady import bare
from datasources.compile.text import Replacing, rewrite
from datasources.compile.time_groups import AnyMacro
from datasources.errors import QueryRefused
from datasources.guard.parser import single_select
from datasources.guard.refusal import Refusal

SHORT = 88  # a clause is broken at its commas where it would be longer
_INDENT = "  "
_SPECIAL = re.compile(r"[~!@#%^&|?]")
_CLOSING = {"(": ")", "[": "]"}
_TOKEN = re.compile(
    r"""
      (?P<line_comment> --[^\n]* )
    | (?P<comment> /\*.*?\*/ )
    | (?P<quoted> [eE]'(?:[^'\\]|\\.|'')*' | (?:[uU]&|[bBxXnN])?'(?:[^']|'')*' | (?:[uU]&)?"(?:[^"]|"")*"
                | \$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$ )
    | (?P<mention> \$\{[^}\n]*\} | \$\w+ | (?<![\w:\])]):[A-Za-z_]\w* )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<number> \d+(?:\.\d*)?(?:[eE][+-]?\d+)? | \.\d+ )
    | (?P<sign> :: | [-+*/<>=~!@\#%^&|?:]+ | [()\[\],;.] )
    """,
    re.VERBOSE | re.DOTALL,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


_KEYWORDS = _words(
    """ALL AND ANY AS ASC BETWEEN BY CASE CROSS DESC DISTINCT ELSE END EXCEPT EXISTS FALSE FILTER FROM FULL GROUP HAVING ILIKE IN
    INNER INTERSECT IS JOIN LATERAL LEFT LIKE LIMIT NATURAL NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION RIGHT SELECT
    THEN TRUE UNION USING WHEN WHERE WITH WITHIN"""
)
_CLAUSES = _words("SELECT FROM WHERE GROUP HAVING WINDOW ORDER LIMIT OFFSET UNION EXCEPT INTERSECT WITH")
_JOINS = _words("JOIN LEFT RIGHT FULL INNER CROSS NATURAL")


@dataclass(frozen=True, slots=True)
class Bracket:
    """What stands between two brackets."""

    opening: str
    inside: tuple["Piece", ...]

    @property
    def is_query(self) -> bool:
        return bool(self.inside) and self.inside[0] in {"SELECT", "WITH"}


Piece = str | Bracket


def formatted(text: str) -> str:
    """The SQL laid out. Raises QueryRefused where it is no SQL, or cannot be laid out so that it means the same."""
    before = _meaning(text)
    laid = "\n".join(_block(_pieces(_tokens(text)), "")).strip()
    if _meaning(laid) != before:
        raise QueryRefused("This query cannot be laid out without changing what it means.")
    return laid


def _meaning(text: str) -> Any:
    """The syntax tree, with a call in the place of each macro and a string in that of a variable. Raises QueryRefused."""
    macros = AnyMacro(lambda name, arguments: f'"$__{name}"({", ".join(arguments)})')
    replacing = Replacing(macros, lambda name, format: f"'${name}:{format}'", lambda word: f"$__{word}")
    written = rewrite(text, replacing)
    try:
        return bare(single_select(written.text)[1])
    except Refusal as refusal:
        error = refusal.answer(written.text)
        written.locate(error)
        raise error from refusal


def _tokens(text: str) -> Iterator[str]:
    """The words and signs, keywords in capitals but where they are the name of a column behind a dot."""
    before = ""
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match["sign"] and len(token) > 1 and token[-1] in "+-" and not _SPECIAL.search(token):
            yield token[:-1]  # as PostgreSQL reads it: a=-1 compares with -1
            token = token[-1]
        is_keyword = match["word"] and before != "." and (token.upper() in _KEYWORDS or before.upper() == "NULLS")
        yield token.upper() if is_keyword else token.rstrip()
        before = token


def _pieces(tokens: Iterator[str], closing: str = "") -> tuple[Piece, ...]:
    """The tokens up to the closing bracket, what stands in brackets taken together."""
    found: list[Piece] = []
    for token in tokens:
        if token == closing:
            break
        found.append(Bracket(token, _pieces(tokens, _CLOSING[token])) if token in _CLOSING else token)
    return tuple(found)


def _block(pieces: tuple[Piece, ...], indent: str) -> list[str]:
    """A query, a clause after the other; a long one an item a line."""
    lines: list[str] = []
    for clause in _split(pieces, lambda piece, before: piece in _CLAUSES and before not in {"WITHIN", "UNION"}):
        items = [_line(item, indent) for item in _items(clause)]
        whole = indent + " ".join(items)
        is_short = len(whole) <= SHORT and "\n" not in whole and "--" not in whole
        if len(items) == 1 or (is_short and clause[0] not in {"WHERE", "FROM", "HAVING"}):
            lines.append(whole)
        else:
            deeper = indent if clause[0] in {"FROM", "WITH"} else indent + _INDENT
            lines += [indent + items[0], *(deeper + item for item in items[1:])]
    return lines


def _items(clause: tuple[Piece, ...]) -> list[tuple[Piece, ...]]:
    """A clause broken at its commas, before AND and OR, and before each JOIN."""
    if clause[0] in {"WHERE", "HAVING"}:
        return _split(clause, _joins_conditions(clause))
    if clause[0] == "FROM":
        return _split(clause, lambda piece, before: piece in _JOINS and before not in _JOINS | {"OUTER", "."})
    return _split(clause, lambda piece, before: before == ",")


def _joins_conditions(clause: tuple[Piece, ...]) -> Callable[[Piece, Piece], bool]:
    """AND and OR, but for the AND of a BETWEEN, and what stands in a CASE."""
    between = cases = 0

    def joins(piece: Piece, before: Piece) -> bool:
        nonlocal between, cases
        cases += (piece == "CASE") - (piece == "END")
        between += piece == "BETWEEN"
        if piece == "AND" and between:
            between -= 1
            return False
        return piece in {"AND", "OR"} and not cases

    return joins


def _split(pieces: tuple[Piece, ...], begins: Callable[[Piece, Piece], bool]) -> list[tuple[Piece, ...]]:
    """Parts of which each but the first begins with a piece that `begins` one, given the piece before it."""
    parts: list[list[Piece]] = [[]]
    before: Piece = ""
    for piece in pieces:
        if begins(piece, before) and parts[-1]:
            parts.append([])
        parts[-1].append(piece)
        before = piece
    return [tuple(part) for part in parts if part]


def _line(pieces: tuple[Piece, ...], indent: str) -> str:
    written, before, is_unary = "", "", True
    for piece in pieces:
        is_call = isinstance(piece, Bracket) and (piece.opening == "[" or before not in _KEYWORDS) and _is_named(before)
        is_tight = not written or is_call or piece in {",", ";", ".", "::"} or before in {".", "::"} or written.endswith("\n")
        text = _bracket(piece, indent) if isinstance(piece, Bracket) else piece
        is_operand = is_unary and _is_sign(before) and not _is_sign(text)
        between = "\n" if text.startswith("'") and before.endswith("'") else " "  # strings on two lines are one
        written += text if is_tight or is_operand else f"{between}{text}"
        is_unary = _is_sign(text) and (not before or before == "," or before in _KEYWORDS or _is_sign(before))
        before = text
        if text.startswith("--"):
            written += f"\n{indent}{_INDENT}"
    return written.rstrip()


def _bracket(bracket: Bracket, indent: str) -> str:
    closing = _CLOSING[bracket.opening]
    if not bracket.is_query:
        return f"{bracket.opening}{_line(bracket.inside, indent)}{closing}"
    deeper = indent + _INDENT
    return "\n".join([bracket.opening, *_block(bracket.inside, deeper), f"{indent}{closing}"])


def _is_named(before: str) -> bool:
    """Whether a bracket after it is a call's or an index's."""
    return bool(re.search(r"[\w$\"\])}]\Z", before))


def _is_sign(text: str) -> bool:
    return re.fullmatch(r"[-+*/<>=~!@#%^&|?:]+", text) is not None
