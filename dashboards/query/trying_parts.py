"""Queries in PromQL tried out on a tenant before they are saved: what is wrong and where, or what each answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any
from zoneinfo import ZoneInfo

from audit.recording import Thing
from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.panels.values import text_of
from dashboards.query.sources import prometheus_of
from dashboards.query.texts import PromTexts
from dashboards.query.trying import DOOR, Mistake, Rows, drawn_or_not, mistake_of
from dashboards.read import read_panel
from datasources import promql
from datasources.base import Query
from datasources.errors import QueryRefused, SourceError
from datasources.frame import Answered, Frame, SeriesFrame
from datasources.prom_queries import PromQueries, PromQuery
from datasources.prometheus.source import PrometheusSource
from datasources.trying import FIRST_ROWS, ask_once
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class TriedPart:
    """One query, by its letter and its place from 0: its mistake, or what was sent, at which steps, and what came back."""

    letter: str
    place: int
    mistake: Mistake | None = None
    sent: str = ""
    steps: str = ""
    count: str = ""
    rows: Rows | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TriedParts:
    """`mistake`: wrong with them as a whole; `drawn`: the context of the panel's template, `undrawn` why there is none."""

    parts: tuple[TriedPart, ...] = ()
    mistake: Mistake | None = None
    drawn: Mapping[str, Any] | None = None
    undrawn: Mistake | None = None

    @property
    def is_wrong(self) -> bool:
        return self.mistake is not None or any(part.mistake is not None for part in self.parts)


def mistakes_in(written: PromTexts) -> tuple[TriedPart, ...]:
    """What can be told before anybody is asked, of hidden queries too."""
    return tuple(found for place, part in enumerate(written.parts) if (found := _mistaken(place, part.promql)) is not None)


def try_queries(tenant: Tenant, panel: Panel, draft: Panel, ask: Ask) -> TriedParts:
    """Ask each of a draft's queries once, as its type asks them, and draw the panel. It is audited as the panel's."""
    try:
        source = prometheus_of(tenant, draft, ask)
    except SourceError as error:
        return TriedParts(mistake=mistake_of(error, ""))
    parts = tuple(_tried(panel, source, query, ask.zone) for query in _queries(draft, ask))
    tried = TriedParts(parts)
    if tried.is_wrong:
        return tried
    drawn, undrawn = drawn_or_not(tenant, draft, ask)
    return replace(tried, drawn=drawn, undrawn=undrawn)


def _mistaken(place: int, text: str) -> TriedPart | None:
    letter = ascii_uppercase[place]
    if not text.strip():
        return TriedPart(letter, place, Mistake("There is no query yet."))
    try:
        promql.validate(text)
    except QueryRefused as error:
        return TriedPart(letter, place, mistake_of(error, text))
    return None


def _queries(draft: Panel, ask: Ask) -> Sequence[PromQuery]:
    """Those that are not hidden, without the page that a table shows of them."""
    read = read_panel(draft)
    first: Query = next(iter(read.kind.queries(read.document, ask).values()))
    parts = first.parts if isinstance(first, PromQueries) else (first,)
    return [replace(part, limit=None, offset=0, sort=None, search="") for part in parts if isinstance(part, PromQuery)]


def _tried(panel: Panel, source: PrometheusSource, query: PromQuery, zone: ZoneInfo) -> TriedPart:
    letter = query.letter or ascii_uppercase[0]
    part = TriedPart(letter, ascii_uppercase.index(letter))
    try:
        answer, explained = ask_once(source, query, how=DOOR, thing=Thing.of(panel))
    except SourceError as error:
        return replace(part, mistake=mistake_of(error, query.text))
    steps = "" if query.instant and not query.by_step else explained.lines[0]
    rows = _first_rows(answer, zone)
    return replace(part, sent=answer.sql, steps=steps, count=_count(answer), rows=rows, notes=answer.notes)


def _count(answer: Answered) -> str:
    what, count = ("series", len(answer.series)) if isinstance(answer, SeriesFrame) else ("rows", answer.row_count)
    return f"{count:,} {what if count != 1 else what.removesuffix('s') if what == 'rows' else what}"


def _first_rows(answer: Answered, zone: ZoneInfo) -> Rows:
    columns, rows = _of_series(answer) if isinstance(answer, SeriesFrame) else _of_rows(answer)
    has_more = answer.truncated or len(rows) > FIRST_ROWS
    texts = tuple(tuple(text_of(cell, zone) for cell in row) for row in rows[:FIRST_ROWS])
    return Rows(columns, texts, has_more, answer.elapsed_ms)


def _of_series(answer: SeriesFrame) -> tuple[tuple[tuple[str, str], ...], list[tuple[Any, ...]]]:
    """A row a series: how many points it has, and the last value."""
    columns = (("series", "text"), ("points", "number"), ("last", "number"))
    rows = [(one.label, len(one.times), float(one.values[-1]) if len(one.values) else None) for one in answer.series]
    return columns, rows


def _of_rows(answer: Frame) -> tuple[tuple[tuple[str, str], ...], list[tuple[Any, ...]]]:
    return tuple((column.name, column.kind) for column in answer.columns), list(answer.rows())
