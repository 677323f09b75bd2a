"""The page *Load*: who costs how much, and what is slow, over all workers in the last minutes. For platform admins."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dashboards.models import Panel
from datasources.load import Load, read_load
from datasources.load.minute import PanelMinute, TenantMinute
from tenants.models import Tenant

MOST_TENANTS = 100
MOST_PANELS = 20
LONGEST_SEARCH = 100
# How a result was come by without a query of its own, in the page's words.
AVOIDED = {
    "known": "known",
    "stored": "from the store",
    "waited": "waited for",
    "stale": "slightly old",
    "last": "stale",
}


@dataclass(frozen=True, slots=True)
class TenantRow:
    """Rates are a minute's; `avoided` is the share of results without a query, None where there were none."""

    tenant: Tenant
    queries: float
    seconds: float
    at_once: int
    results: float
    avoided: float | None
    how: str
    away: str


@dataclass(frozen=True, slots=True)
class PanelRow:
    panel: Panel
    tenant: Tenant
    longest_ms: int
    mean_ms: float
    asked: int


@require_safe
def load_page(request: HttpRequest) -> HttpResponse:
    """What tenants, those of a name, and panels have cost in the last minutes."""
    search = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    load = read_load()
    tenants = _tenants(load, search)
    rows = [_tenant_row(load, tenants[key], one) for key, one in load.whole.tenants.items() if key in tenants]
    rows.sort(key=lambda row: row.seconds, reverse=True)
    context = {
        **admin.site.each_context(request),
        "title": "Load",
        "search": search,
        "load": load,
        "whole": _whole(load),
        "tenants": rows[:MOST_TENANTS],
        "hidden": max(0, len(rows) - MOST_TENANTS),
        "panels": _panel_rows(load, tenants),
        "pool_size": settings.TENANT_POOL_SIZE,
        "budget": settings.TENANT_SECONDS_A_MINUTE,
    }
    return TemplateResponse(request, "admin/load.html", context)


def _tenants(load: Load, search: str) -> dict[int, Tenant]:
    """The tenants that did anything, of these names."""
    found = Tenant.objects.in_bulk(list(load.whole.tenants))
    wanted = search.casefold()
    return {key: one for key, one in found.items() if wanted in one.name.casefold() or wanted in one.slug}


def _tenant_row(load: Load, tenant: Tenant, one: TenantMinute) -> TenantRow:
    return TenantRow(
        tenant,
        queries=load.a_minute(one.queries),
        seconds=load.a_minute(one.ms / 1_000),
        at_once=one.at_once,
        results=load.a_minute(one.results.total()),
        avoided=_avoided(one),
        how=", ".join(f"{word} {one.results[how]:,}" for how, word in AVOIDED.items() if one.results[how]),
        away=", ".join(f"{reason} {times:,}" for reason, times in one.away.most_common()),
    )


def _avoided(one: TenantMinute) -> float | None:
    total = one.results.total()
    return 100 * sum(one.results[how] for how in AVOIDED) / total if total else None


def _whole(load: Load) -> dict[str, Any]:
    """All tenants together, whatever is searched for."""
    together = TenantMinute()
    for one in load.whole.tenants.values():
        together += one
    return {
        "queries": load.a_minute(together.queries),
        "seconds": load.a_minute(together.ms / 1_000),
        "results": load.a_minute(together.results.total()),
        "avoided": _avoided(together),
        "connections": load.whole.connections,
    }


def _panel_rows(load: Load, tenants: dict[int, Tenant]) -> list[PanelRow]:
    asked = {key: one for key, one in load.whole.panels.items() if key[0] in tenants}
    slowest = sorted(asked, key=lambda key: asked[key].longest_ms, reverse=True)[:MOST_PANELS]
    panels = Panel.objects.in_bulk([panel for _, panel in slowest])
    return [_panel_row(panels[panel], tenants[tenant], asked[tenant, panel]) for tenant, panel in slowest if panel in panels]


def _panel_row(panel: Panel, tenant: Tenant, one: PanelMinute) -> PanelRow:
    return PanelRow(panel, tenant, one.longest_ms, one.ms / one.asked, one.asked)
