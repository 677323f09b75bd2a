"""The pages of templates: what there is, what one needs and makes, and the making of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboards.asking import read_text
from dashboards.changing import Gone, Overtaken, Taken
from dashboards.models import Dashboard
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import DocumentInvalid
from dashboards.template_library.finding import find_template, may_change, search, shelves, templates_for
from dashboards.template_library.making import Wanted, make
from dashboards.template_library.presence import PROMQL, presence
from dashboards.template_library.template import Template
from dashboards.viewer import Viewer
from datasources.base import OWN
from datasources.sources import sources_seen_by
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

MOST_DASHBOARDS = 200


@require_safe
@require(Role.EDITOR)
def templates(request: TenantRequest, tenant: str) -> HttpResponse:
    """All templates by category; `onto`: those of panels, for that dashboard."""
    viewer, q = Viewer.of(request), read_text(request.GET, "q").strip()
    onto = _onto(viewer, read_text(request.GET, "onto"))
    found = search(templates_for(viewer), q, kind="panel" if onto is not None else "")
    context = {"q": q, "shelves": shelves(found), "count": len(found), "onto": onto, "tenants": tenants_of(request.user)}
    return render(request, "templates/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def template(request: TenantRequest, tenant: str, template: str) -> HttpResponse:
    """One template: what it makes, what it needs, and which of that the tenant has; sent, it is made."""
    viewer = Viewer.of(request)
    found = find_template(viewer, template)
    if found is None:
        raise Http404("No such template.")
    if request.method != "POST":
        return _page(request, found, request.GET)
    onto = _onto(viewer, request.POST.get("onto", ""))
    wanted = Wanted(
        tenant=request.tenant,
        name=request.POST.get("name", "").strip()[:200],
        source=_source(request, found, request.POST),
        values={one.name: request.POST.get(one.name, "") for one in found.placeholders},
        onto=onto,
    )
    try:
        made = make(found, wanted, by=request.user)
    except DocumentInvalid as error:
        return _page(request, found, request.POST, problems=list(map(str, error.errors)), status=422)
    except (Taken, Overtaken, Gone) as error:
        return _page(request, found, request.POST, problems=[str(error) or "The dashboard is gone."], status=409)
    if made.dashboard is None:
        messages.success(request, f"{made.panels[0].title} is made. It stands on no dashboard yet.")
        return redirect("panel-about", tenant=tenant, panel=made.panels[0].slug)
    count = len(made.panels)
    messages.success(request, f"{found.name} is made: {count} panel{'' if count == 1 else 's'} on {made.dashboard.name}.")
    return redirect("dashboard-edit", tenant=tenant, dashboard=made.dashboard.slug)


def _page(
    request: TenantRequest, found: Template, given: Mapping[str, Any], *, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    viewer, source = Viewer.of(request), _source(request, found, given)
    values = {one.name: str(given.get(one.name, "")).strip() or one.default for one in found.placeholders}
    try:
        present = presence(found, request.tenant, source, found.values(values))
    except DocumentInvalid as error:
        present, problems = None, problems or list(map(str, error.errors))
    is_of_panel = found.kind == "panel"
    is_asked_elsewhere = found.language == PROMQL or source != OWN
    is_admins = is_asked_elsewhere and request.role.includes(Role.ADMIN)
    context = {
        "item": found,
        "may_change": may_change(viewer, found),
        "panels": [_shown(document) for _, document in found.panels],
        "present": present,
        "sources": _sources(request, found),
        "source": source,
        "is_asked_elsewhere": is_asked_elsewhere,
        "sources_url": reverse("tenant-sources-list", args=[request.tenant.slug]) if is_admins else "",
        "gaps": [(one, values[one.name]) for one in found.placeholders],
        "name": given.get("name", "") or (found.dashboard or {}).get("name", "") or found.name,
        "boards": _boards(viewer) if is_of_panel else [],
        "onto": given.get("onto", ""),
        "problems": problems or [],
        "tenants": tenants_of(request.user),
    }
    return render(request, "templates/template.html", context, status=status)


def _shown(document: Mapping[str, Any]) -> dict[str, str]:
    kind = PANEL_TYPES.get(document.get("type", ""))
    label = kind.label if kind is not None else document.get("type", "")
    return {"title": document.get("title", ""), "type": label, "description": document.get("description", "")}


def _sources(request: TenantRequest, found: Template) -> list[tuple[str, str]]:
    """The default first; of a template that asks nothing, none."""
    if not found.language or found.is_platforms:
        return []
    default = f"{request.tenant.name}'s own database" if found.language == "sql" else "The tenant's default Prometheus"
    others = sources_seen_by(request.tenant, platform=False, language=found.language)
    return [(OWN, default), *((one.slug, one.name) for one in others)]


def _source(request: TenantRequest, found: Template, given: Mapping[str, Any]) -> str:
    asked = str(given.get("source", ""))
    return asked if asked in {slug for slug, _ in _sources(request, found)} else OWN


def _boards(viewer: Viewer) -> list[Dashboard]:
    """Those that the viewer may put a panel onto."""
    rows = [board for board in Dashboard.objects.listed_for(viewer).order_by("name", "slug") if viewer.may_change(board)]
    return rows[:MOST_DASHBOARDS]


def _onto(viewer: Viewer, slug: str) -> Dashboard | None:
    found = Dashboard.objects.find_for(viewer, slug) if slug else None
    return found if found is not None and viewer.may_change(found) else None
