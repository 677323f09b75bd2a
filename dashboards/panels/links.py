"""Links as documents have them: where a panel, a series, a row or a cell leads, with places for the values it has.

Placeholders are those of Grafana's data links, KNOWN below; `$name` is a variable of the page.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, model_validator

from dashboards.panels.parts import Label, Name, Strict

LONGEST_TARGET = 2_000
SLUG = r"^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$"
# Before the first placeholder a scheme and a whole host, or the root of this site, must stand.
_BEGINNING = re.compile(r"https?://[^/?#\s\\@$]+(?=[/?#]|$)|mailto:|/(?![/\\])")
_PLACE = re.compile(
    r"\$\{__(?P<what>[a-z_]+)"
    r"(?:\.(?P<dotted>[^}\"']{1,200})|\.?(?P<of>[a-z]*)\[(?P<quote>[\"'])(?P<named>.{1,200}?)(?P=quote)\])?\}"
)
KNOWN = (
    '${__data.fields.name}, ${__data.fields["a name"]}, ${__value.raw}, ${__value.text}, ${__series.name}, '
    '${__field.labels.job}, ${__field.labels["a name"]}, ${__from}, ${__to}, ${__url_time_range}, ${__all_variables}'
)
OF_THE_PAGE = {"from", "to", "url_time_range", "all_variables"}
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufffd]")


@dataclass(frozen=True, slots=True)
class Place:
    """A placeholder: what it stands for, and of a field its name."""

    what: str
    name: str


def read_target(text: str) -> str:
    """A URL with placeholders as it may stand in a document. Raises ValueError."""
    if not _BEGINNING.match(text):
        raise ValueError("must begin with https://, http:// and a whole host, with mailto: or with one /")
    sample = "".join(piece if isinstance(piece, str) else "x" for piece in pieces_of(text))
    if CONTROL.search(unquote(sample)) or "\\" in sample or " " in sample or has_dots(sample):
        raise ValueError("must not have spaces, backslashes, line breaks or .. in it, nor percent-encoded control characters")
    return text


Target = Annotated[str, Field(min_length=1, max_length=LONGEST_TARGET), AfterValidator(read_target)]
Slug = Annotated[str, Field(pattern=SLUG)]


def _read_value(text: str) -> str:
    pieces_of(text)
    return text


class Link(Strict):
    """To a `url`, or to a `dashboard` of the same tenant and maybe one `panel` on it.

    A dashboard is opened with the page's time range and variables, and with `variables`, in which placeholders may stand.
    """

    title: Label = ""
    url: Target | None = None
    dashboard: Slug | None = None
    panel: Slug | None = None
    variables: Annotated[
        dict[Name, Annotated[str, Field(max_length=500), AfterValidator(_read_value)]], Field(max_length=20)
    ] = {}
    new_tab: bool = False

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.url is None) == (self.dashboard is None):
            raise ValueError("a link has either a url or a dashboard")
        if self.url is not None and (self.panel is not None or self.variables):
            raise ValueError("panel and variables are for links to a dashboard")
        return self


def has_dots(target: str) -> bool:
    return not {".", ".."}.isdisjoint(unquote(part) for part in urlsplit(target).path.split("/"))


@lru_cache(maxsize=1_024)
def pieces_of(text: str) -> tuple[str | Place, ...]:
    """The text cut into what stands as it is and what is filled in. Raises ValueError for a placeholder there is not."""
    pieces: list[str | Place] = []
    end = 0
    for found in _PLACE.finditer(text):
        pieces += [text[end : found.start()], _place(found)]
        end = found.end()
    pieces.append(text[end:])
    if unknown := re.search(r"\$\{__[^}]*\}?", "".join(piece for piece in pieces if isinstance(piece, str))):
        raise ValueError(f"{unknown.group()[:60]} is not known; known are {KNOWN}")
    return tuple(piece for piece in pieces if piece != "")


def _place(found: re.Match[str]) -> Place:
    what, dotted, named = found["what"], found["dotted"] or "", found["named"] or ""
    if what in OF_THE_PAGE and not dotted and not named:
        return Place(what, "")
    if what == "data" and (named or dotted.startswith("fields.")):
        return Place("data", named or dotted.removeprefix("fields."))
    if what == "field" and ((named and found["of"] == "labels") or dotted.startswith("labels.")):
        return Place("field", named or dotted.removeprefix("labels."))
    if (what, dotted) in {("value", "raw"), ("value", "text"), ("series", "name")}:
        return Place(what, dotted)
    raise ValueError(f"{found.group()[:60]} is not known; known are {KNOWN}")
