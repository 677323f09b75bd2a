"""Where somebody begins, and the page of a dashboard. Every object is looked up through the tenant of the request."""

from collections.abc import Sequence
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboards.asking import (
    OWN,
    PageRange,
    Parameters,
    page_range,
    panel_state,
    refresh_of,
    refresh_seconds,
    shared_state,
    with_query,
    zone_of,
)
from dashboards.layout import Cell, is_chart, is_heading, lay_out
from dashboards.library.homes import home_of
from dashboards.looking import place_of
from dashboards.models import Dashboard, Panel, Placement
from dashboards.pages.finding import dashboard_for
from dashboards.pages.menu import menu_of
from dashboards.panels.interpolation import interpolated
from dashboards.section import Section, make_section
from dashboards.toolbar import KIOSK, make_toolbar
from dashboards.variables.bar import Bar, Page
from dashboards.variables.repeating import key_of, repeat
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, find_tenant, tenants_of
from tenants.models import User

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
        cell.section = _section(request, found, cell, asked, bar, refresh=refresh)
    context = {
        "tenants": tenants_of(request.user),
        "dashboard": found,
        "is_board": True,
        "kiosk": KIOSK in request.GET,
        "menu": menu_of(request, found),
        "groups": groups,
        "has_charts": any(map(is_chart, panels.values())),
        "bar": bar,
        "cut": [(_title(panels[slug], bar, places), *counts) for slug, counts in repeated.cut.items() if slug in panels],
        "toolbar": make_toolbar(request.path, request.GET, asked, refresh=refresh, pickers=bar.names),
        "annotations_url": with_query(reverse("annotations", args=[tenant, dashboard]), shared_state(request.GET)),
    }
    return render(request, "dashboards/dashboard.html", context)


def _title(panel: Panel, bar: Bar, places: Sequence[Placement]) -> str:
    """Of all places of a repeated panel together: “…” stands where each has a value of its own."""
    own = {place.repeat_variable: "…" for place in places if place.panel_slug == panel.slug}
    return interpolated(panel.title, bar.values | own, bar.texts | own)


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


def _section(request: TenantRequest, dashboard: Dashboard, cell: Cell, asked: PageRange, bar: Bar, *, refresh: int) -> Section:
    """A panel still to be loaded: at once where it can be seen, else when it is scrolled to. `refresh` in seconds."""
    place = cell.placement
    return make_section(
        request, dashboard, place, cell.panel, asked=asked, refresh=refresh,
        parameters=_fragment_parameters(request, place, cell.panel, dashboard),
        lazy=cell.is_below_heading or place.row >= ROWS_ABOVE_THE_FOLD,
        variables={**bar.values, **place.own}, texts={**bar.texts, **bar.own_texts(place.own)},
    )  # fmt: skip


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
