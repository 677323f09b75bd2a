"""Values of variables in people's texts: titles, descriptions, text panels and links. Never in queries: those bind them.

`$name`, `${name}` and `[[name]]` are what people read of a value; `${name:csv}` is the value in a format. `${__from}` and
`${__to}` are the ends of the range in milliseconds since 1970, `${__from:date}` as people read them. What is no variable of
the page stays as it is written.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dashboards.panels.base import Ask
from datasources.timerange import TimeRange
from datasources.variables import FORMATS, MENTION, Value, formatted

_MENTION = re.compile(rf"(?<![\w$]){MENTION}|\[\[(?P<bracketed>[A-Za-z_]\w*)(?::(?P<old_format>\w*))?\]\]")
LONGEST_LIST = 2_000  # characters of a list as it is written once: a text may name one of thousands a thousand times
ENDS = frozenset({"__from", "__to"})
Ends = Mapping[str, Mapping[str, str]]
_URL_FORMATS = frozenset({"percentencode", "queryparam"})  # what is a part of a URL already


def has_mentions(text: str) -> bool:
    """Whether there may be something to fill in."""
    return "$" in text or "[[" in text


def interpolated(
    text: str, variables: Mapping[str, Value], texts: Mapping[str, str], *, ends: Callable[[], Ends] | None = None
) -> str:
    """A plain text. Whoever puts it into a page escapes it as any other. `ends` tells those of the range."""
    return _with_values(text, variables, texts, lambda value, format: value, ends)


def titled(text: str, ask: Ask) -> str:
    """A plain text with the values that a panel is asked with."""
    return (
        interpolated(text, ask.variables, ask.texts, ends=lambda: ends_of(ask.time_range, ask.zone))
        if has_mentions(text)
        else text
    )


def in_link(text: str, ask: Ask) -> str:
    """A URL in which each value is a part of its path or query, percent-encoded: none can bring a scheme, host or parameter."""

    def write(value: str, format: str) -> str:
        return value if format in _URL_FORMATS else quote(value, safe="")

    return _with_values(text, ask.variables, {}, write, lambda: ends_of(ask.time_range, ask.zone))


def ends_of(time_range: TimeRange, zone: ZoneInfo) -> Ends:
    """What `__from` and `__to` stand for, by format; an end that is open is not there."""
    ends = {"__from": time_range.start, "__to": time_range.stop}
    return {
        name: {"": str(round(moment.timestamp() * 1_000)), "date": f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"}
        for name, moment in ends.items()
        if moment is not None
    }


def _with_values(
    text: str,
    variables: Mapping[str, Value],
    texts: Mapping[str, str],
    write: Callable[[str, str], str],
    ends: Callable[[], Ends] | None,
) -> str:
    def written(match: re.Match[str]) -> str:
        name = match["braced"] or match["plain"] or match["bracketed"]
        format = match["format"] or match["old_format"] or ""
        if name in ENDS and ends is not None:
            end = ends().get(name, {}).get(format)
            return match.group() if end is None else write(end, format)
        if name not in variables or format not in {*FORMATS, "queryparam"}:
            return match.group()
        is_read = format in {"", "text"} and name in texts
        said = texts[name] if is_read else formatted(variables[name], format, name=name) or ""
        is_long = isinstance(variables[name], tuple) and len(said) > LONGEST_LIST
        return write(f"{said[: LONGEST_LIST - 1]}…" if is_long else said, format)

    return _MENTION.sub(written, text)
