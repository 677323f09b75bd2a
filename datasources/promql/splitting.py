"""Whether what a query says of a moment is the same whenever, and over whatever range, it is asked."""

from itertools import pairwise

from datasources.promql.macros import OF_RANGE
from datasources.promql.tokens import tokens_of, variables_in


def looks_back_only(written: str, text: str) -> bool:
    """Nothing in it stands at the range's ends or at a moment (`@`), looks ahead (`offset -5m`), or is as long as the range.

    `text` is what was made of `written`, and has been checked. Read by its tokens: the parser's own walk takes seconds for
    a long sum.
    """
    if variables_in(written) & OF_RANGE:
        return False
    tokens = tokens_of(text)
    return not any(token.text == "@" for token in tokens) and all(
        after.text[:1].isdecimal() or after.text in {",", ")", "=", "!=", "=~", "!~"}  # a length of time, or a label of that name
        for token, after in pairwise(tokens)
        if token.kind == "word" and token.text.lower() == "offset"
    )
