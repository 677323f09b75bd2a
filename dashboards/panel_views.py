"""A panel on a dashboard: its fragment, its page, and what stands behind it. Found through the tenant of the request."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboards.asking import (
    Parameters,
    own_values,
    read_text,
    shared_state,
    with_query,
)
from dashboards.bodies import KnownResponse, bodies
from dashboards.drawing import DrawnPanel
from dashboards.explain import explain_panel, inspected
from dashboards.export import AS_SHOWN, export_response, shown_response
from dashboards.files import FILE_KINDS
from dashboards.layout import is_chart
from dashboards.looking import ask_at, look_at, place_of, range_of
from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.drill_down import MOST_ROWS
from dashboards.panels.timeseries import Timeseries, TimeseriesDocument
from dashboards.panels.values import text_of
from dashboards.places import Place
from dashboards.read import read_panel
from dashboards.refresh import run
from dashboards.section import ASKED, SHOWN
from dashboards.toolbar import make_toolbar
from dashboards.unavailable import PanelUnavailable
from dashboards.variables.bar import Page
from datasources.frame import rows_of
from datasources.landing import landings
from datasources.timerange import BadTimeRange, parse_time
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role


@require_safe
@landings.held()
def panel(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """One panel as a fragment, whole: its state, its drawing, and when to ask again.

    Nothing where that is shown already; of a chart of which only points have changed these alone, as JSON.
    """
    looking = look_at(request, dashboard, panel)
    try:
        done = looking.refreshed(request)
        mark, asked = looking.mark(request, done), {ASKED: done.asked_at.isoformat()} if done.asks else {}
        if request.headers.get(SHOWN) == mark:
            return HttpResponse(status=204, headers=asked)
        if (tail := looking.tail(request, done, mark)) is not None:
            return HttpResponse(tail, content_type="application/json", headers=asked)
        if done.because is None:
            return KnownResponse(
                bodies.once(looking.sight(request, done), lambda: _fragment(request, looking.draw(request, done)))
            )
        drawn = looking.draw(request, done)
    except PanelUnavailable as error:
        drawn = looking.draw_error(request, error)
    return HttpResponse(_fragment(request, drawn), status=drawn.status)


@require_safe
def panel_view(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """One panel alone on a page, drawn by the server: useful without scripts too."""
    looking = look_at(request, dashboard, panel, alone=True)
    drawn = looking.drawn(request)
    back = reverse("dashboard", kwargs={"tenant": tenant, "dashboard": dashboard})
    bar = Page(request.tenant, looking.place.dashboard, request.GET, looking.asked, panel).bar(known_only=False)
    context = {
        **drawn.context,
        "panel_template": drawn.template,
        "alone": True,
        "has_charts": is_chart(looking.place.panel),
        "dashboard": looking.place.dashboard,
        "back_url": with_query(back, _without_own(request.GET)),
        "tenants": tenants_of(request.user),
        "bar": bar,
        "toolbar": make_toolbar(request.path, request.GET, looking.asked, refresh=looking.refresh, pickers=bar.names),
    }
    return render(request, "dashboards/panel.html", context, status=drawn.status)


@require_safe
@require(Role.EDITOR)
def panel_inspect(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """What a panel asks of the database, how long it takes, and what PostgreSQL thinks of it, for editors."""
    looking = look_at(request, dashboard, panel)
    drawn = looking.drawn(request)
    context: dict[str, Any] = {"section": drawn.section}
    try:
        explained = explain_panel(request.tenant, looking.place.panel, looking.ask(request))
        context["queries"] = inspected(explained, drawn.refreshed.frames if drawn.refreshed else {})
    except PanelUnavailable as error:
        context["problem"], context["sentence"] = error, error.told_to(request.role)
    return render(request, "dashboards/inspect.html", context)


@require_safe
def panel_points(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """The rows behind a point of a chart: those of its bucket and series."""
    place = place_of(request, dashboard, panel)
    read = read_panel(place.panel)
    kind, document = read.kind, read.document
    ask = _ask(request, place)
    at = _point(request, ask)
    query = None
    if isinstance(kind, Timeseries) and isinstance(document, TimeseriesDocument):
        query = kind.points(document, ask, at=at, label=read_text(request.GET, "label") if "label" in request.GET else None)
    if query is None:
        raise Http404("This panel has no points to show.")
    frame = rows_of(run(request.tenant, place.panel, {"points": query}, ask), "points")
    bucket = ask.time_range.bucket()
    context = {
        "section": {"title": place.panel.title},
        "columns": frame.names,
        "rows": [[text_of(value, ask.zone) for value in row] for row in frame.rows()],
        "truncated": frame.row_count >= MOST_ROWS,
        "span_label": f"{at.astimezone(ask.zone):%-d %b %Y %H:%M}" + (f", {bucket.label}" if bucket else ""),
    }
    return render(request, "dashboards/points.html", context)


@require_safe
def panel_file(request: TenantRequest, tenant: str, dashboard: str, panel: str, kind: str) -> HttpResponseBase:
    """The whole result as a file; with `shown` the rows as the panel's transformations make them."""
    place = place_of(request, dashboard, panel)
    respond = shown_response if AS_SHOWN in request.GET else export_response
    return respond(request.tenant, place.panel, _ask(request, place), FILE_KINDS[kind])


def _fragment(request: TenantRequest, drawn: DrawnPanel) -> bytes:
    """A drawn panel's HTML. Nothing of the person who asks is in it: others are sent the same."""
    return render_to_string(drawn.template, {**drawn.context, "alone": bool(request.GET.get("alone"))}).encode()


def _without_own(query: QueryDict) -> Parameters:
    """What a page says to all its panels, without the values that one of them has for itself."""
    own = own_values(query)
    return {name: value for name, value in shared_state(query).items() if name.removeprefix("var-") not in own}


def _ask(request: TenantRequest, place: Place) -> Ask:
    """What is asked of a panel as wide as it stands on its dashboard."""
    return ask_at(request, place, range_of(request, place), columns=place.placement.width)


def _point(request: TenantRequest, ask: Ask) -> datetime:
    try:
        at = parse_time(request.GET.get("at", ""), zone=ask.zone, now=ask.now, name="at")
    except BadTimeRange as error:
        raise BadRequest(str(error)) from error
    if not datetime(1, 1, 2, tzinfo=UTC) < at < datetime(9999, 1, 1, tzinfo=UTC) - timedelta(days=40):
        raise BadRequest("“at” is too far away.")
    return at
