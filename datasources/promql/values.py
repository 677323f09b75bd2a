"""A variable's value written into PromQL, so that it is one literal there and nothing else."""

import re
from typing import Any

from datasources.errors import QueryRefused
from datasources.promql.places import Place
from datasources.timerange import LETTER_SECONDS
from datasources.variables import AllValue, as_regex, formatted, texts_of

_OPERATORS = ("and", "or", "unless", "atan2", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset")
_AGGREGATES = ("sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values")
KEYWORDS = frozenset((*_OPERATORS, *_AGGREGATES, "limitk", "limit_ratio", "start", "end", "inf", "nan", "step", "fill"))
_NAME = re.compile(r"[A-Za-z_:][\w:]*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PART = re.compile(r"\w+", re.ASCII)
_DURATION = re.compile(r"(?:\d{1,9}(?:ms|[smhdwy]))+|\d{1,12}", re.ASCII)
_UNITS = {"ms": 1, **{letter: seconds * 1_000 for letter, seconds in LETTER_SECONDS.items()}}
_NUMBER = re.compile(r"(?P<minus>-?)(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_OF_PATTERN = frozenset({"", "regex", "pipe"})
_UNSAFE = re.compile(r"[\\\"\x00-\x1f\x7f]")

_WANTED = {
    Place.DURATION: (_DURATION, "a duration like 5m"),
    Place.LABELS: (_LABEL, "the name of a label"),
    Place.NAME: (_NAME, "a name"),
    Place.PART: (_PART, "letters, digits and _ alone"),
    Place.NUMBER: (_NUMBER, "a number; where a metric is meant, write ${name}{}"),
}


def quoted_piece(text: str) -> str:
    """A text as it stands between double quotes."""
    return _UNSAFE.sub(lambda sign: _ESCAPES.get(sign.group()) or f"\\x{ord(sign.group()):02x}", text)


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def in_quotes(value: Any, format: str, place: Place, *, name: str) -> str:
    """The value as it stands between double quotes. Raises QueryRefused where it cannot."""
    return quoted_piece(_meant(value, format, place, name))


def bare(value: Any, format: str, place: Place, *, name: str) -> str:
    """The value as it stands without quotes. Raises QueryRefused where it would be more than one name or number."""
    if place is Place.FUNCTION:
        raise QueryRefused(f"The variable “{name}” cannot stand for a function.")
    texts = texts_of(value)
    if place is Place.LABELS and texts:
        return ", ".join(_one_bare(text, place, name) for text in texts)
    if len(texts) != 1 or format not in {"", "raw", "text", "csv"}:
        raise QueryRefused(f"The variable “{name}” can have one value here, as it is: several stand in quotes after =~ alone.")
    return _one_bare(texts[0], place, name)


def _one_bare(text: str, place: Place, name: str) -> str:
    pattern, wanted = _WANTED[place]
    found = pattern.fullmatch(text)
    if found is None or (place in {Place.NAME, Place.LABELS} and text.lower() in KEYWORDS):
        raise QueryRefused(f"The value of “{name}” cannot stand where it is used.", detail=f"It has to be {wanted}.")
    return f"({text})" if found.groupdict().get("minus") else text


def _meant(value: Any, format: str, place: Place, name: str) -> str:
    texts = texts_of(value)
    if not texts:
        raise QueryRefused(f"The variable “{name}” has no value to choose from.")
    if place is Place.PATTERN and format in _OF_PATTERN:
        return _alternatives(texts if isinstance(value, list | tuple) else (value,))
    if place is Place.PATTERN and format == "raw":
        return "|".join(texts)
    if format in {"", "raw"}:
        if len(texts) > 1:
            raise QueryRefused(f"The variable “{name}” has several values: write =~ in the place of =.")
        text = texts[0]
    elif (written := formatted(value, format, name=name)) is None:
        raise QueryRefused(f"“{format[:40]}” is not a format for variables.")
    else:
        text = written
    if place is Place.PATTERN:
        return as_regex(text)
    return text.replace("$", "$$") if place is Place.REPLACEMENT else text


def _alternatives(texts: Any) -> str:
    patterns = [str(text) if isinstance(text, AllValue) else as_regex(str(text)) for text in texts]
    return patterns[0] if len(patterns) == 1 else f"({'|'.join(patterns)})"


def duration_ms(text: str) -> int:
    """`1h30m`, or plain seconds, in milliseconds; 0 for what is no duration."""
    if _DURATION.fullmatch(text) is None:
        return 0
    if text.isdecimal():
        return int(text) * 1_000
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)(ms|[smhdwy])", text))
