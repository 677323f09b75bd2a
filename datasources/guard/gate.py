"""The text gate: what no parser should see, ours or the server's, is refused before any parsing."""

import re

from datasources.guard.refusal import Refusal

MAX_BYTES = 20_000
# Nested comments cost PostgreSQL's lexer quadratic time that no timeout interrupts: 0.4 s for 20 kB of `/*`.
MAX_COMMENTS = 100
MAX_NESTING = 200
# The parser recurses once an operator of a chain: 10,000 of them need 2 MB of stack, 4,000 less than 1 MB.
MAX_OPERATORS = 4_000

_BRACKET = re.compile(r"[()\[\]]")
_NO_OPERATORS = str.maketrans("", "", "+-*/<>=~!@#%^&|?:")


def admit(text: str) -> bytes:
    """The text as the parser takes it. Raises Refusal for what is too long, too deep, or no text at all."""
    if "\0" in text:
        raise Refusal("This query holds a NUL character.")
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise Refusal("This query holds characters that are not valid Unicode.") from error
    if len(encoded) > MAX_BYTES:
        raise Refusal(f"This query is too long: {len(encoded):,} bytes, where {MAX_BYTES:,} are allowed.")
    if text.count("/*") > MAX_COMMENTS:
        raise Refusal(f"This query has too many comments: at most {MAX_COMMENTS} are allowed.")
    if len(text) - len(text.translate(_NO_OPERATORS)) > MAX_OPERATORS:
        raise Refusal(f"This query has too many operators: at most {MAX_OPERATORS:,} characters of them are allowed.")
    if _nesting(text) > MAX_NESTING:
        raise Refusal(f"This query is nested too deeply: at most {MAX_NESTING} brackets inside one another are allowed.")
    return encoded


def _nesting(text: str) -> int:
    """How deep brackets go, those in strings included. A crafted text can go deeper; MAX_BYTES bounds that."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "([" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
