"""PromQL parsed as Prometheus would, so that a mistake is shown with its place before anybody is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import promql_parser
from promql_parser import Expr

from datasources.promql.expand import Expanded
from datasources.promql.mistake import Mistake, mistake
from datasources.promql.tokens import Token, tokens_of
from datasources.promql.values import quoted_piece

MOST_DEPTH = 50  # of brackets; 1,000 of them take all of a thread's stack in the parser
MOST_SIGNS = 400  # a chain of operators is a tree as deep as it is long
_WRONG_ORDER = "invalid promql query"
_NAMED = re.compile(r"(?:call to(?: function)?|function with name) '(\w+)'|operator '(\w+)'|illegal regex for (.*)", re.DOTALL)
_FILLERS = ("", "v", "1", "(v)", "5m", "v)", '"s"', '="s"', "v=", "=", 'v="s"', "5m:", "(v) v", "v, v", "by (v) (v)")
_AFTER = ("", "(v)", " v")
_IS_ORDER = (_WRONG_ORDER, "unexpected", "missing", "trailing")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`tree` is what Prometheus makes of the text; it is not to be changed."""

    text: str
    tree: Expr


def check(expanded: Expanded) -> Parsed:
    """Raises Mistake with the place in what was written."""
    try:
        return _checked(expanded.text)
    except Mistake as found:
        raise found.moved(expanded.written, expanded.origin(found.at)) from found


@lru_cache(maxsize=1_024)
def _checked(text: str) -> Parsed:
    tokens = tokens_of(text)
    _check_depth(tokens, text)
    try:
        return Parsed(text, promql_parser.parse(_plain(text, tokens)))
    except ValueError as error:
        words = str(error)
        raise mistake(_said(words), text=text, at=_place(words, tokens, text)) from error


def _check_depth(tokens: Sequence[Token], text: str) -> None:
    """The parser walks a tree by calling itself: one that is too deep would end the process."""
    depth = signs = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        signs += token.kind in {"sign", "word"} and token.inside != "{"
        if depth > MOST_DEPTH:
            raise mistake(f"More than {MOST_DEPTH} brackets stand in one another.", text=text, at=token.at)
        if signs > MOST_SIGNS:
            raise mistake(f"There are more than {MOST_SIGNS} words and signs.", text=text, at=token.at)


def _plain(text: str, tokens: Sequence[Token]) -> str:
    """The same with texts in backticks between quotes: the parser reads a backslash there as it must not."""
    pieces, position = [], 0
    for token in tokens:
        if token.kind == "string" and token.text[0] == "`":
            pieces += [text[position : token.at], f'"{quoted_piece(token.text[1:-1])}"']
            position = token.at + len(token.text)
    return "".join([*pieces, text[position:]])


def _said(words: str) -> str:
    return "Here something else was expected." if words == _WRONG_ORDER else f"{words[:1].upper()}{words[1:300]}."


def _place(words: str, tokens: Sequence[Token], text: str) -> int:
    """The parser says what, not where: the token that it names, or the first after which nothing can make the text right."""
    named = _NAMED.search(words)
    if named is not None:
        wanted = next(name for name in named.groups() if name is not None)
        return next((token.at for token in tokens if token.text.strip("\"'`") == wanted), 0)
    if "end of input" in words:
        return len(text)
    if not words.startswith(_IS_ORDER):
        return 0
    low, high = 0, len(tokens)
    while low < high:  # the shortest beginning that cannot be completed
        middle = (low + high) // 2
        if _can_begin(text, tokens[: middle + 1]):
            low = middle + 1
        else:
            high = middle
    return tokens[low].at if low < len(tokens) else len(text)


def _can_begin(text: str, tokens: Sequence[Token]) -> bool:
    """Whether the tokens could be the beginning of something."""
    last = tokens[-1]
    beginning = _plain(text[: last.at + len(last.text)], tokens)
    closing = _closing(tokens)
    return any(_is_in_order(f"{beginning} {filler}{closing}{after}") for filler in _FILLERS for after in _AFTER)


def _closing(tokens: Sequence[Token]) -> str:
    stack: list[str] = []
    for token in tokens:
        if token.kind == "open":
            stack.append({"(": ")", "[": "]", "{": "}"}[token.text])
        elif token.kind == "close":
            stack.pop()
    return "".join(reversed(stack))


def _is_in_order(text: str) -> bool:
    try:
        promql_parser.parse(text)
    except ValueError as error:
        return not str(error).startswith(_IS_ORDER)
    return True
