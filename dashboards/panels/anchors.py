"""Where the links of a document lead from where they stand: URLs with values in them, each percent-encoded by itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

from dashboards.panels.base import Ask
from dashboards.panels.interpolation import in_link, titled
from dashboards.panels.links import CONTROL, LONGEST_TARGET, OF_THE_PAGE, Link, Place, has_dots, pieces_of
from dashboards.panels.values import text_of
from datasources.timerange import UTC_ZONE

AT_HOME = "~/"  # what a link within the tenant's own pages begins with, until a page knows where they are
LONGEST_VALUE = 1_000
_ADDRESS = re.compile(r"[^\s@,;:<>()\"%?&\\]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a link starts from: the row's cells by their columns' names, the cell's own value and text, or a series.

    `labels` are what a series' label is made of; of a row its cells are.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None
    text: str = ""
    series: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)


NOWHERE = Origin()


class _Nothing(Exception):
    """A placeholder has no value that a URL can have: there is no link then."""


@dataclass(frozen=True, slots=True)
class Anchor:
    title: str
    href: str
    new_tab: bool


def href_of(link: Link, ask: Ask, origin: Origin = NOWHERE) -> str:
    """Where the link leads; empty where a value is missing or would lead elsewhere than the document says."""
    try:
        target = _at_home(link, ask, origin) if link.url is None else _filled(link.url, ask, origin, quoted=True)
    except _Nothing:
        return ""
    return target if len(target) <= LONGEST_TARGET and _is_as_meant(target) else ""


def anchors(links: Sequence[Link], ask: Ask) -> tuple[Anchor, ...]:
    """A panel's own links, those that lead somewhere."""
    if not links:
        return ()
    found = (
        Anchor(titled(link.title, ask) or link.dashboard or link.url or "", href_of(link, ask), link.new_tab) for link in links
    )
    return tuple(anchor for anchor in found if anchor.href)


def _at_home(link: Link, ask: Ask, origin: Origin) -> str:
    panel = f"panels/{link.panel}/view/" if link.panel else ""
    own = [(f"var-{name}", _filled(value, ask, origin, quoted=False)) for name, value in link.variables.items()]
    return f"{AT_HOME}d/{link.dashboard}/{panel}" + (f"?{urlencode(own)}" if own else "")


def _filled(text: str, ask: Ask, origin: Origin, *, quoted: bool) -> str:
    """A template with its values, percent-encoded one by one where they stand in a URL."""
    parts = []
    for piece in pieces_of(text):
        if isinstance(piece, str):
            parts.append(in_link(piece, ask) if quoted else titled(piece, ask))
        elif piece.what in OF_THE_PAGE:
            parts.append(_of_the_page(piece.what, ask))
        else:
            value = _checked(_value_of(piece, origin))
            parts.append(quote(value, safe="@" if text.startswith("mailto:") else "") if quoted else value)
    return "".join(parts)


def _checked(value: str) -> str:
    if not value or len(value) > LONGEST_VALUE or CONTROL.search(value):
        raise _Nothing
    return value


def _value_of(place: Place, origin: Origin) -> str:
    match place.what:
        case "data":
            if place.name not in origin.fields:
                raise _Nothing
            return text_of(origin.fields[place.name], UTC_ZONE)
        case "field":
            return _label(place.name, origin)
        case "series":
            return origin.series
    return origin.text if place.name == "text" else text_of(origin.value, UTC_ZONE)


def _label(name: str, origin: Origin) -> str:
    known = origin.labels or origin.fields
    if name not in known:
        raise _Nothing
    return text_of(known[name], UTC_ZONE)


def _of_the_page(what: str, ask: Ask) -> str:
    ends = {"from": ask.time_range.start, "to": ask.time_range.stop}
    written = {name: str(round(end.timestamp() * 1_000)) for name, end in ends.items() if end is not None}
    match what:
        case "url_time_range":
            return urlencode(written)
        case "all_variables":
            return urlencode({f"var-{name}": value for name, value in ask.variables.items()}, doseq=True)
    if what not in written:
        raise _Nothing
    return written[what]


def _is_as_meant(target: str) -> bool:
    """Whether the values led nowhere else: out of a path by dots, to another host by //, to further readers of a mail."""
    if target.startswith("mailto:"):
        return (
            not CONTROL.search(unquote(target))
            and _ADDRESS.fullmatch(unquote(target.removeprefix("mailto:").partition("?")[0])) is not None
        )
    return not target.startswith(("//", "/\\")) and not has_dots(target)
