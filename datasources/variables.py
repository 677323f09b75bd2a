"""The value of a variable, one or a list, and how it is written where a text is wanted.

The formats are those of Grafana's variable syntax, `${name:csv}`, but for those that paste a value into a query.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import orjson

Value = str | int | float | bool | tuple[str, ...]


class AllValue(str):
    """What an editor wrote to stand for all options, `.*` for one: where regular expressions are read, it is one."""

    __slots__ = ()


# ${name}, ${name:csv} and $name; a name that begins with two underscores is not a person's.
MENTION: Final = r"\$(?:\{(?P<braced>[A-Za-z_]\w*)(?::(?P<format>\w*))?\}|(?P<plain>[A-Za-z_]\w*))"
# Formats that stand for the bound value itself in SQL: there is nothing to quote.
AS_VALUE: Final = frozenset({"", "sqlstring", "singlequote"})
_REGEX_SIGNS = re.compile(r"[\\^$*+?.()|\[\]{}]")


def texts_of(value: Any) -> tuple[str, ...]:
    """A value as texts, a single one as a list of one."""
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (as_text(value),)


def as_text(value: Any) -> str:
    """One value as PostgreSQL and people write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_regex(text: str) -> str:
    """A regular expression that matches the text and no other, to RE2 and to PostgreSQL."""
    return _REGEX_SIGNS.sub(lambda sign: f"\\{sign.group()}", text)


def formatted(value: Any, format: str = "", *, name: str = "") -> str | None:
    """The value in a format of FORMATS, or as the parameters of a URL, `queryparam`. None for a format that does not exist."""
    if format == "queryparam":
        return urlencode([(f"var-{name}", text) for text in texts_of(value)])
    write = FORMATS.get(format)
    return write(texts_of(value)) if write is not None else None


def _one_or_group(texts: tuple[str, ...], sign: str) -> str:
    joined = sign.join(texts)
    return joined if len(texts) == 1 else f"({joined})" if sign == "|" else f"{{{joined}}}"


def _quoted(sign: str, texts: tuple[str, ...]) -> str:
    return ",".join(f"{sign}{text.replace(sign, sign * 2)}{sign}" for text in texts)


def _as_json(texts: tuple[str, ...]) -> str:
    return orjson.dumps(texts[0] if len(texts) == 1 else list(texts)).decode()


FORMATS: Final[Mapping[str, Callable[[tuple[str, ...]], str]]] = {
    "": ", ".join,
    "text": ", ".join,
    "csv": ",".join,
    "raw": ",".join,
    "pipe": "|".join,
    "regex": lambda texts: _one_or_group(tuple(map(as_regex, texts)), "|"),
    "glob": lambda texts: _one_or_group(texts, ","),
    "json": _as_json,
    "singlequote": lambda texts: _quoted("'", texts),
    "sqlstring": lambda texts: _quoted("'", texts),
    "doublequote": lambda texts: _quoted('"', texts),
    "percentencode": lambda texts: ",".join(quote(text, safe="") for text in texts),
}
