"""Someone looks at a panel where it stands: what they ask, what they get, and the mark of what they then have."""

import hashlib
import time
from collections.abc import Hashable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import orjson
from django.http import Http404, QueryDict

from dashboards.asking import (
    OWN,
    PageRange,
    Parameter,
    own_values,
    page_range,
    read_ask,
    read_variables,
    refresh_of,
    refresh_seconds,
    shared_state,
    zone_of,
)
from dashboards.drawing import DrawnPanel, draw, drawn_error, drawn_stale, slowest
from dashboards.panels.base import Ask
from dashboards.places import Place, find_place
from dashboards.read import read_panel
from dashboards.refresh import Refreshed, refresh_panel
from dashboards.section import HELD, SHOWN, Section, make_section, poll_seconds
from dashboards.unavailable import PanelUnavailable
from dashboards.variables.asking import with_variables
from dashboards.viewer import Viewer
from datasources.intervals import WIDEST
from tenants.access import TenantRequest

# `alone`: the panel stands on a page of its own, with its table twin.
FRAGMENT_STATE = ("page", "sort", "order", "q", "alone", OWN)
FRESH = "X-Fresh"  # a person insists: neither what others have nor what is kept of closed buckets will do
UNPOLLED_SECONDS = 10  # how old a result may be on a page that does not refresh itself
OLDEST_SECONDS = 30
AXIS_STEPS = 1_000  # a chart moves when its axis does by a thousandth


@dataclass(frozen=True, slots=True)
class Looking:
    """A panel's place, and how it is looked at."""

    place: Place
    parameters: Mapping[str, Parameter]
    asked: PageRange
    refresh: int
    poll: int

    def ask(self, request: TenantRequest) -> Ask:
        """What is asked of the panel: one that stands alone is as wide as the page. Raises BadRequest, PanelUnavailable."""
        columns = WIDEST if "alone" in self.parameters else self.place.placement.width
        return ask_at(request, self.place, self.asked, columns=columns)

    def refreshed(self, request: TenantRequest) -> Refreshed:
        """Raises PanelUnavailable, BadRequest."""
        insists = FRESH in request.headers
        stale_seconds = 0.0 if insists else float(OLDEST_SECONDS)
        panel, ask = self.place.panel, self.ask(request)
        started = time.perf_counter()
        try:
            return refresh_panel(request.tenant, panel, ask, stale_seconds=stale_seconds, anew=insists, or_last=True)
        except PanelUnavailable as error:
            error.took_ms = (time.perf_counter() - started) * 1_000
            raise

    def drawn(self, request: TenantRequest) -> DrawnPanel:
        """The panel with its result, or in its error state."""
        try:
            return self.draw(request, self.refreshed(request))
        except PanelUnavailable as error:
            return self.draw_error(request, error)

    def draw(self, request: TenantRequest, done: Refreshed) -> DrawnPanel:
        """Raises PanelUnavailable where the result has not the shape it needs."""
        drawn = draw(self._section(request, done.ask, mark=self.mark(request, done)), done)
        return drawn if done.because is None else drawn_stale(request, drawn, done.because)

    def tail(self, request: TenantRequest, done: Refreshed, mark: str) -> bytes | None:
        """What a page must be sent that shows this panel as it was; None where it must be drawn anew.

        Raises PanelUnavailable where the result has not the shape it needs.
        """
        shown, held = request.headers.get(SHOWN, ""), request.headers.get(HELD, "")
        if not held or "alone" in self.parameters or _frame_of(shown) != _frame_of(mark):
            return None
        tail = done.tail(held)
        if tail is None:
            return None
        return orjson.dumps({**tail, "mark": mark, "took": f"{done.elapsed_ms:.0f} ms"}, option=orjson.OPT_SERIALIZE_NUMPY)

    def draw_error(self, request: TenantRequest, error: PanelUnavailable) -> DrawnPanel:
        return drawn_error(request, self._section(request), error)

    def mark(self, request: TenantRequest, done: Refreshed) -> str:
        """It differs wherever the fragment would; before its dot, where it would in more than in what the result says."""
        moved = 0
        start, length = done.ask.time_range.start, done.ask.time_range.length
        if done.kind.has_time_axis and start is not None and length is not None:
            moved = int(start.timestamp() / length.total_seconds() * AXIS_STEPS)
        frame = (
            done.because and done.because.sentence,
            self.place.mark,
            request.role,
            self.asked.zone.key,
            slowest(self.poll, done.elapsed_ms),
            *sorted(self.parameters.items()),
            *sorted(done.ask.texts.items()),
        )
        return f"{_digest(frame)}.{_digest((done.result.entry.etag, moved))}"

    def sight(self, request: TenantRequest, done: Refreshed) -> Hashable:
        """All that a fragment is made of: two who have the same are sent the same."""
        entry = done.result.entry
        result = (entry.etag, entry.asked_at, entry.elapsed_ms)
        where = (request.tenant.pk, request.tenant.slug, self.place.mark, self.asked.start, self.asked.stop, self.asked.zone.key)
        seen_by = (request.role, request.user.is_platform_admin, self.refresh, self.poll)
        return result, done.read.text, done.ask.look(), where, seen_by, tuple(sorted(self.parameters.items()))

    def _section(self, request: TenantRequest, ask: Ask | None = None, *, mark: str = "") -> Section:
        place = self.place
        return make_section(
            request, place.dashboard, place.placement, place.panel,
            parameters=self.parameters, asked=self.asked, refresh=self.refresh, mark=mark,
            variables=ask.variables if ask is not None else read_variables(request.GET),
            texts=ask.texts if ask is not None else {},
        )  # fmt: skip


def _digest(seen: tuple[Any, ...]) -> str:
    return hashlib.blake2b(repr(seen).encode(), digest_size=12).hexdigest()


def _frame_of(mark: str) -> str:
    return mark.partition(".")[0]


def look_at(request: TenantRequest, dashboard: str, panel: str, *, alone: bool = False) -> Looking:
    """Raises Http404 where the tenant has no such panel there, BadRequest for a time zone that does not exist."""
    place = _repeated(place_of(request, dashboard, panel), own_values(request.GET))
    return looking_at(request, place, alone=alone)


def looking_at(request: TenantRequest, place: Place, *, alone: bool = False) -> Looking:
    """How the URL asks for a panel at this place. Raises BadRequest for a time zone that does not exist."""
    refresh = refresh_seconds(request.GET, default=refresh_of(request.user, place.dashboard.refresh_interval))
    poll = poll_seconds(place.dashboard, place.placement, place.panel, refresh)
    parameters = {
        **shared_state(request.GET),
        **{name: request.GET[name] for name in FRAGMENT_STATE if request.GET.get(name)},
        **({"alone": "1"} if alone else {}),
    }
    asked = range_of(request, place, every_seconds=1 if FRESH in request.headers else shared_seconds(poll))
    return Looking(place, parameters, asked, refresh, poll)


def _repeated(place: Place, own: Mapping[str, str]) -> Place:
    """The place as one of several. What is known of it is not changed."""
    if not own:
        return place
    placement = copy(place.placement)
    placement.own = own
    return replace(place, placement=placement)


def ask_at(request: TenantRequest, place: Place, asked: PageRange, *, columns: int) -> Ask:
    """What is asked of a panel where it stands, with its dashboard's variables. Raises BadRequest, PanelUnavailable."""
    ask = read_ask(request.GET, asked, request.tenant, columns=columns)
    if not place.dashboard.variables:
        return ask
    return with_variables(ask, place.dashboard, request.tenant, read_panel(place.panel).names)


def place_of(request: TenantRequest, dashboard: str, panel: str) -> Place:
    place = find_place(request.tenant, dashboard, panel, viewer=Viewer.of(request))
    if place is None:
        raise Http404("No such panel.")
    return place


def range_of(request: TenantRequest, place: Place, *, every_seconds: int = 1) -> PageRange:
    """The range a panel is asked for: the URL's, or the nearest of those that the placement, the panel, the dashboard have."""
    zone = zone_of(request.GET, request.user, request.tenant)
    return page_range(request.GET, zone, default=place.time_range, every_seconds=every_seconds)


def asked_by_form(request: TenantRequest, place: Place) -> tuple[PageRange, QueryDict]:
    """The range of an editor's form before that of its URL, and the URL's query with it. Raises BadRequest."""
    query = request.GET.copy()
    for name in ("from", "to"):
        if request.POST.get(name):
            query[name] = request.POST[name].strip()
    zone = zone_of(query, request.user, request.tenant)
    return page_range(query, zone, default=place.time_range), query


def shared_seconds(poll: int) -> int:
    """How long viewers share one result: as long as each waits between two polls."""
    return min(max(poll or UNPOLLED_SECONDS, 1), OLDEST_SECONDS)
