"""Somebody edits the query of a panel where it stands: what they may, what they sent, and what they ask for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, QueryDict

from dashboards.asking import PageRange, read_ask, seen_version
from dashboards.looking import asked_by_form, place_of
from dashboards.models import Panel
from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.document import DocumentError, DocumentInvalid
from dashboards.places import Place
from dashboards.query.draft import written_query
from dashboards.query.sources import postgres_of, prometheus_of
from dashboards.query.texts import PromText, PromTexts, SqlText, Texts
from dashboards.read import read_panel
from dashboards.unavailable import PanelUnavailable
from dashboards.variables.asking import with_variables
from dashboards.variables.definitions import stored_variables
from dashboards.viewer import Viewer
from datasources.postgres import PostgresSource
from datasources.prometheus.source import PrometheusSource
from tenants.access import TenantRequest

LONGEST_TEXT = 20_000
MOST_PARTS = 10
OVER = "over"  # saving, although somebody else has saved meanwhile: on the version that was shown then


@dataclass(frozen=True, slots=True)
class Editing:
    """A panel's query, where the panel stands, and what is asked: the range of the form before that of the URL."""

    place: Place
    written: Texts
    asked: PageRange
    query: QueryDict

    @property
    def panel(self) -> Panel:
        return self.place.panel

    def may_save(self, request: TenantRequest) -> bool:
        return Viewer.of(request).may_change(self.panel)

    def is_platforms(self, request: TenantRequest, written: Texts) -> bool:
        """Whether a query may ask what only the platform's panels may: as it is kept, or by the platform's own."""
        return self.panel.is_shared and (request.user.is_platform_admin or written.fields() == self.written.fields())

    def ask(self, request: TenantRequest, draft: Panel) -> Ask:
        """What is asked of the draft, as wide as the panel stands. Raises BadRequest and PanelUnavailable."""
        ask = read_ask(self.query, self.asked, request.tenant, columns=self.place.placement.width)
        if not self.place.dashboard.variables:
            return ask
        return with_variables(ask, self.place.dashboard, request.tenant, read_panel(draft).names)

    def postgres(self, request: TenantRequest) -> PostgresSource:
        """The source whose tables may be read. Raises SourceError."""
        return postgres_of(request.tenant, self.panel, read_ask(self.query, self.asked, request.tenant))

    def prometheus(self, request: TenantRequest) -> PrometheusSource:
        """The source whose metrics may be read. Raises SourceError."""
        return prometheus_of(request.tenant, self.panel, read_ask(self.query, self.asked, request.tenant))


class Unreadable(PanelUnavailable):
    """The stored document is not valid any more, so that nobody knows which of it is its query."""

    def __init__(self, place: Place, error: PanelUnavailable) -> None:
        super().__init__(error.sentence, status=422, detail=error.detail)
        self.place = place
        cause = error.__cause__
        self.mistakes: Sequence[DocumentError] = cause.errors if isinstance(cause, DocumentInvalid) else ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A query as it was sent, and the version of the panel it was written on, if it says one. `do` is what to do with it."""

    written: Texts
    seen: int | None = None
    do: str = ""


def edit_at(request: TenantRequest, dashboard: str, panel: str) -> Editing:
    """Raises Http404 where there is no such panel, or none whose query is written; BadRequest; Unreadable."""
    place = place_of(request, dashboard, panel)
    try:
        written = written_query(place.panel)
    except PanelUnavailable as error:
        raise Unreadable(place, error) from error
    if written is None:
        raise Http404("This panel's query is not written here.")
    asked, query = asked_by_form(request, place)
    return Editing(place, written, asked, query)


def variables_in(editing: Editing) -> list[str]:
    """The names that a query may use: the dashboard's variables, and the panel's own."""
    named = [variable.name for variable in stored_variables(editing.place.dashboard.variables)]
    return sorted({*read_panel(editing.panel).document.variables, *named})


def read_sent(fields: QueryDict, language: str) -> Sent:
    """What a form sent. Raises BadRequest."""
    do = fields.get("do", "")
    return Sent(read_texts(fields, language, do), seen_version(fields, "over" if do == OVER else "version"), do)


def read_texts(fields: QueryDict, language: str, do: str = "") -> Texts:
    """The query that a form holds. Raises BadRequest."""
    return SqlText(_text(fields, "text")) if language == SqlText.language else _promql(fields, do)


def _promql(fields: QueryDict, do: str) -> PromTexts:
    """As many as there are `part`s, each of which is the end of its fields' names; empty ones are left out.

    Without a script, `add` has one more, and `remove-` and a part one less.
    """
    keys = fields.getlist("part")
    if len(keys) > MOST_PARTS or not all(re.fullmatch(r"[0-9]{1,6}", key) for key in keys):
        raise BadRequest(f"A panel has at most {MOST_PARTS} queries.")
    parts = [_part(fields, key) for key in keys if do != f"remove-{key}"]
    kept = [part for part in parts if part.promql.strip()]
    if do == "add" and len(kept) < MOST_PARTS:
        kept.append(PromText(""))
    return PromTexts(tuple(kept) or (PromText(""),))


def _part(fields: QueryDict, key: str) -> PromText:
    return PromText(
        promql=_text(fields, f"promql-{key}"),
        legend=_text(fields, f"legend-{key}"),
        range=f"range-{key}" in fields,
        hidden=f"hidden-{key}" in fields,
    )


def _text(fields: QueryDict, name: str) -> str:
    text = fields.get(name, "").replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise BadRequest(f"A query has at most {LONGEST_TEXT:,} characters, and no NUL among them.")
    return text
