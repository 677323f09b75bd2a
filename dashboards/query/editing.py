"""Somebody edits the query of a panel where it stands: what they may, what they sent, and what they ask for."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict

from dashboards.asking import PageRange, page_range, read_ask, zone_of
from dashboards.looking import place_of
from dashboards.models import Panel
from dashboards.panels.base import Ask, BadRequest
from dashboards.places import Place
from dashboards.query.draft import Written, written_query
from dashboards.query.trying import postgres_of
from dashboards.refresh import read_panel
from dashboards.variables.asking import with_variables
from datasources.postgres import PostgresSource
from tenants.access import TenantRequest

LONGEST_TEXT = 20_000
OVER = "over"  # saving, although somebody else has saved meanwhile: on the version that was shown then


@dataclass(frozen=True, slots=True)
class Editing:
    """A panel's query, where the panel stands, and what is asked: the range of the form before that of the URL."""

    place: Place
    written: Written
    asked: PageRange
    query: QueryDict

    @property
    def panel(self) -> Panel:
        return self.place.panel

    def may_save(self, request: TenantRequest) -> bool:
        """A tenant's own is its editors'; a shared one only the platform's admins change."""
        return not self.panel.is_shared or request.user.is_platform_admin

    def is_platforms(self, request: TenantRequest, text: str) -> bool:
        """Whether a text may ask what only the platform's panels may: as it is kept, or by the platform's own."""
        return self.panel.is_shared and (request.user.is_platform_admin or text == self.written.text)

    def ask(self, request: TenantRequest, draft: Panel) -> Ask:
        """What is asked of the draft, as wide as the panel stands. Raises BadRequest and PanelUnavailable."""
        ask = read_ask(self.query, self.asked, request.tenant, columns=self.place.placement.width)
        if not self.place.dashboard.variables:
            return ask
        return with_variables(ask, self.place.dashboard, request.tenant, read_panel(draft).names)

    def source(self, request: TenantRequest) -> PostgresSource:
        """The source whose tables may be read. Raises SourceError."""
        return postgres_of(request.tenant, self.panel, read_ask(self.query, self.asked, request.tenant))


@dataclass(frozen=True, slots=True)
class Sent:
    """A text as it was sent, and the version of the panel it was written on. `do` is what to do with it."""

    text: str
    seen: int | None = None
    do: str = ""


def edit_at(request: TenantRequest, dashboard: str, panel: str) -> Editing:
    """Raises Http404 where there is no such panel, or none whose query is written; BadRequest, PanelUnavailable."""
    place = place_of(request, dashboard, panel)
    written = written_query(place.panel)
    if written is None:
        raise Http404("This panel's query is not written here.")
    query = request.GET.copy()
    for name in ("from", "to"):
        if request.POST.get(name):
            query[name] = request.POST[name].strip()
    zone = zone_of(query, request.user, request.tenant)
    own = place.placement.time_range or place.panel.time_range or place.dashboard.time_range
    return Editing(place, written, page_range(query, zone, default=own), query)


def read_sent(fields: Any) -> Sent:
    """What a form sent. Raises BadRequest."""
    text = fields.get("text", "").replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise BadRequest(f"A query has at most {LONGEST_TEXT:,} characters, and no NUL among them.")
    do = fields.get("do", "")
    seen = fields.get("over" if do == OVER else "version", "")
    return Sent(text, int(seen) if re.fullmatch(r"[0-9]{1,9}", seen) else None, do)
