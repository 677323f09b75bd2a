"""Values of variables in people's texts: titles, descriptions, text panels and links. Never in queries: those bind them.

`$name` and `${name}` are what people read of a value; `${name:csv}` is the value in a format. What is no variable of the
page stays as it is written.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from dashboards.panels.base import Ask
from datasources.variables import FORMATS, MENTION, Value, formatted

_MENTION = re.compile(rf"(?<![\w$]){MENTION}")
LONGEST_LIST = 2_000  # characters of a list as it is written once: a text may name one of thousands a thousand times
_URL_FORMATS = frozenset({"percentencode", "queryparam"})  # what is a part of a URL already


def interpolated(text: str, variables: Mapping[str, Value], texts: Mapping[str, str]) -> str:
    """A plain text. Whoever puts it into a page escapes it as any other."""
    return _with_values(text, variables, texts, lambda value, format: value)


def titled(text: str, ask: Ask) -> str:
    """A plain text with the values that a panel is asked with."""
    return interpolated(text, ask.variables, ask.texts) if "$" in text else text


def in_link(text: str, ask: Ask) -> str:
    """A URL in which each value is a part of its path or query, percent-encoded: none can bring a scheme, host or parameter."""
    return _with_values(text, ask.variables, {}, lambda value, format: value if format in _URL_FORMATS else quote(value, safe=""))


def _with_values(text: str, variables: Mapping[str, Value], texts: Mapping[str, str], write: Callable[[str, str], str]) -> str:
    def written(match: re.Match[str]) -> str:
        name, format = match["braced"] or match["plain"], match["format"] or ""
        if name not in variables or format not in {*FORMATS, "queryparam"}:
            return match.group()
        is_read = format in {"", "text"} and name in texts
        said = texts[name] if is_read else formatted(variables[name], format, name=name) or ""
        is_long = isinstance(variables[name], tuple) and len(said) > LONGEST_LIST
        return write(f"{said[: LONGEST_LIST - 1]}…" if is_long else said, format)

    return _MENTION.sub(written, text)
