"""Pages and fragments: only here HTTP is known. Every object is looked up through the tenant of the request."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboards.asking import (
    OWN,
    Parameters,
    own_values,
    page_range,
    panel_state,
    read_text,
    refresh_of,
    refresh_seconds,
    shared_state,
    with_query,
    zone_of,
)
from dashboards.bodies import KnownResponse, bodies
from dashboards.drawing import DrawnPanel
from dashboards.explain import explain_panel, inspected
from dashboards.export import AS_SHOWN, export_response, shown_response
from dashboards.files import FILE_KINDS
from dashboards.layout import is_chart, is_heading, lay_out
from dashboards.library.homes import home_of
from dashboards.looking import ask_at, look_at, place_of, range_of
from dashboards.models import Dashboard, Panel, Placement
from dashboards.pages.finding import dashboard_for
from dashboards.pages.menu import menu_of
from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.drill_down import MOST_ROWS
from dashboards.panels.timeseries import Timeseries, TimeseriesDocument
from dashboards.panels.values import text_of
from dashboards.places import Place
from dashboards.read import read_panel
from dashboards.refresh import run
from dashboards.section import ASKED, SHOWN, make_section
from dashboards.toolbar import KIOSK, make_toolbar
from dashboards.unavailable import PanelUnavailable
from dashboards.variables.bar import Bar, Page
from dashboards.variables.repeating import key_of, repeat
from dashboards.viewer import Viewer
from datasources.frame import rows_of
from datasources.timerange import BadTimeRange, parse_time
from tenants.access import TenantRequest, find_tenant, require, tenants_of
from tenants.models import Role, User

ROWS_ABOVE_THE_FOLD = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The dashboard or tenant that the user begins with; else the only tenant there is, or a choice among several."""
    user = cast(User, request.user)
    tenants = list(tenants_of(user))
    chosen = next((tenant for tenant in tenants if tenant.pk == user.default_tenant_id or len(tenants) == 1), None)
    if chosen is None:
        return render(request, "dashboards/home.html", {"tenants": tenants})
    found = find_tenant(user, chosen.slug)
    slug = home_of(user, Viewer.named(user, *found)) if found is not None else None
    if slug is not None:
        return redirect("dashboard", tenant=chosen.slug, dashboard=slug)
    return redirect("tenant-home", tenant=chosen.slug)


@require_safe
def dashboard(request: TenantRequest, tenant: str, dashboard: str, *, known_only: bool = True) -> HttpResponse:
    """A dashboard's page: its panels in place, each still to be loaded. Asks nothing of the tenant's database.

    But for the options of its variables, where it is not `known_only`.
    """
    found = dashboard_for(request, dashboard)
    asked = page_range(request.GET, zone_of(request.GET, request.user, request.tenant), default=found.time_range)
    refresh = refresh_seconds(request.GET, default=refresh_of(request.user, found.refresh_interval))
    places = list(found.placements.all())
    placed = Panel.objects.nearest(request.tenant).filter(slug__in=[place.panel_slug for place in places])
    panels = {panel.slug: panel for panel in placed}
    repeated_by = {place.repeat_variable for place in places if place.repeat_variable}
    bar = Page(request.tenant, found, request.GET, asked).bar(known_only=known_only, repeated_by=repeated_by)
    repeated = repeat(places, {slug for slug, panel in panels.items() if is_heading(panel)}, bar.each)
    groups = lay_out(repeated.places, panels)
    for cell in (cell for group in groups for cell in group.all_cells):
        place, parameters = cell.placement, _fragment_parameters(request, cell.placement, cell.panel, found)
        cell.section = make_section(
            request, found, place, cell.panel, parameters=parameters, asked=asked, refresh=refresh,
            lazy=cell.is_below_heading or place.row >= ROWS_ABOVE_THE_FOLD,
            variables={**bar.values, **place.own}, texts={**bar.texts, **bar.own_texts(place.own)},
        )  # fmt: skip
    context = {
        "tenants": tenants_of(request.user),
        "dashboard": found,
        "is_board": True,
        "kiosk": KIOSK in request.GET,
        "menu": menu_of(request, found),
        "groups": groups,
        "has_charts": any(map(is_chart, panels.values())),
        "bar": bar,
        "cut": [(panels[slug].title, shown, of) for slug, (shown, of) in repeated.cut.items() if slug in panels],
        "toolbar": make_toolbar(request.path, request.GET, asked, refresh=refresh, pickers=bar.names),
        "annotations_url": with_query(reverse("annotations", args=[tenant, dashboard]), shared_state(request.GET)),
    }
    return render(request, "dashboards/dashboard.html", context)


@require_safe
def variable(request: TenantRequest, tenant: str, dashboard: str, variable: str) -> HttpResponse:
    """The options of a variable: a page without scripts, and what a picker shows of it with them."""
    found = dashboard_for(request, dashboard)
    panel = request.GET.get("panel", "")
    if panel:
        place_of(request, dashboard, panel)
    asked = page_range(request.GET, zone_of(request.GET, request.user, request.tenant), default=found.time_range)
    page = Page(request.tenant, found, request.GET, asked, panel)
    picker = page.picker(variable)
    if picker is None:
        raise Http404("No such variable.")
    context = {
        "picker": picker,
        "dashboard": found,
        "bar": Bar({}, (picker,), page.action),
        "back_url": with_query(page.action, shared_state(request.GET)),
        "tenants": tenants_of(request.user),
    }
    return render(request, "variables/page.html", context)


@require_safe
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


def not_available(request: HttpRequest, error: PanelUnavailable) -> HttpResponse:
    """A file or a dialog that cannot be had now: its status, and a sentence."""
    role = getattr(request, "role", None) or Role.VIEWER
    context = {"sentence": error.told_to(role), "reference": getattr(request, "request_id", "")}
    answer = render(request, "dashboards/not_available.html", context, status=error.status)
    if error.retry_after_seconds is not None:
        answer["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return answer


def bad_request(request: HttpRequest, error: BadRequest) -> HttpResponse:
    context = {"sentence": str(error), "reference": ""}
    return render(request, "dashboards/not_available.html", context, status=422)


def _fragment(request: TenantRequest, drawn: DrawnPanel) -> bytes:
    """A drawn panel's HTML. Nothing of the person who asks is in it: others are sent the same."""
    return render_to_string(drawn.template, {**drawn.context, "alone": bool(request.GET.get("alone"))}).encode()


def _fragment_parameters(request: TenantRequest, place: Placement, panel: Panel | None, dashboard: Dashboard) -> Parameters:
    """A fragment's own parameters: the page's range unless the panel keeps one, and the state of its table."""
    shared = shared_state(request.GET)
    if place.time_range or (panel is not None and panel.time_range):
        shared = {name: value for name, value in shared.items() if name not in {"from", "to"}}
    elif "from" not in shared and "to" not in shared:
        shared |= {"from": f"now-{dashboard.time_range}", "to": "now"}
    if place.own:
        shared |= {**{f"var-{name}": value for name, value in place.own.items()}, OWN: " ".join(place.own)}
    return shared | panel_state(request.GET, key_of(place.panel_slug, place.own))


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
