"""Buckets whose width is a variable: `$__timeGroup(created_at, :step)`."""

import re
from collections.abc import Mapping
from typing import Any

from datasources.compile.buckets import interval_of
from datasources.compile.text import arguments_at
from datasources.errors import QueryRefused, ValueMissing
from datasources.variables import MENTION

UNSET = "1h"  # what is checked before a page gives a value
_GROUP = re.compile(r"\$__(timeGroup|unixEpochGroup)(?:Alias)?(?=\s*\()")
_VARIABLE = re.compile(rf"'?(?::(?P<colon>[A-Za-z_]\w*)|{MENTION})'?")


def with_intervals(text: str, variables: Mapping[str, Any]) -> str:
    """The SQL with the widths of its buckets written out: a variable that stands alone in the place of one is its value.

    Nothing but an interval gets into the text; whoever kept the result knows it by another width as another text.
    Raises QueryRefused, ValueMissing for what is no interval.
    """
    written: list[str] = []
    position = 0
    for match in _GROUP.finditer(text):
        arguments, end = arguments_at(text, match[1], match.end())
        named = _VARIABLE.fullmatch(arguments[1]) if len(arguments) > 1 else None
        name = named and (named["colon"] or named["braced"] or named["plain"])
        if name is None or name not in variables or match.start() < position:
            continue
        arguments[1] = _checked(variables[name])
        written += [text[position : match.end()], f"({', '.join(arguments)})"]
        position = end
    return "".join([*written, text[position:]]) if written else text


def _checked(value: Any) -> str:
    interval = UNSET if value is None else "".join(str(value).split())
    try:
        interval_of(interval)
    except QueryRefused as error:
        raise ValueMissing(error.sentence, detail=error.detail) from error
    return interval
