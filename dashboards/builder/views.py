"""The builder's doors. What is built is saved through the JSON API; here it is shown, read and begun."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboards.asking import zone_of
from dashboards.builder.board import BEGUN_WITH, board_of, panels_in, plain, written
from dashboards.builder.finding import find_dashboard
from dashboards.builder.live import draw_live
from dashboards.builder.making import NewDashboardForm, make_empty, make_own
from dashboards.changing import Taken
from dashboards.document import DashboardDocument, read_dashboard
from dashboards.editor.beginning import beginning
from dashboards.managed import managed_note
from dashboards.models import Dashboard, Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import PanelType
from dashboards.panels.document import DocumentInvalid
from dashboards.panels.reading import read_text
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
@require(Role.EDITOR)
def new_dashboard(request: TenantRequest, tenant: str) -> HttpResponse:
    """An empty dashboard of the tenant's own, by its name; then the builder."""
    form = NewDashboardForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = make_empty(request.tenant, **form.cleaned_data, by=request.user)
        except Taken as error:
            form.add_error("slug", str(error))
        else:
            return redirect("dashboard-edit", tenant=tenant, dashboard=made.slug)
    context = {"form": form, "tenants": tenants_of(request.user)}
    return render(request, "builder/new.html", context, status=422 if form.is_bound else 200)


@require_form
@require(Role.EDITOR)
def edit(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """The builder, for those who may change the dashboard; others may make a shared one their tenant's own."""
    found = find_dashboard(request, dashboard)
    if not Viewer.of(request).may_change(found):
        return _offer_own(request, found)
    if request.method == "POST":
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    context = {
        "dashboard": found,
        "tenants": tenants_of(request.user),
        "has_charts": True,
        "zone": zone_of(request.GET, request.user, request.tenant).key,
        "board": board_of(found, request.tenant),
        "managed": managed_note(found),
        "types": [(name, kind.label, BEGUN_WITH.get(name, "sql")) for name, kind in _by_label()],
        "schema": DashboardDocument.model_json_schema(),
        "beginnings": {name: beginning(name, "") for name in PANEL_TYPES},
    }
    return render(request, "builder/builder.html", context)


@require_safe
@require(Role.EDITOR)
def edit_panel(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """A panel as it would look there, as a fragment."""
    found = find_dashboard(request, dashboard)
    its = Panel.objects.find(request.tenant, panel)
    if its is None:
        raise Http404("No such panel.")
    drawn = draw_live(request, found, its)
    return HttpResponse(render_to_string(drawn.template, drawn.context), status=drawn.status)


@require_POST
@require(Role.EDITOR)
def edit_document(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """Read what somebody has written, YAML or JSON: the document it means and how we write it, or each mistake at its path."""
    found = find_dashboard(request, dashboard)
    if not Viewer.of(request).may_change(found):
        raise PermissionDenied("Shared dashboards are changed by platform admins.")
    try:
        document = read_dashboard(read_text(request.POST.get("text", "")))
    except DocumentInvalid as error:
        return JsonResponse({"errors": [{"path": one.path, "message": one.message} for one in error.errors]}, status=422)
    answer: dict[str, Any] = {"document": plain(document), "text": written(document)}
    return JsonResponse({**answer, "panels": panels_in(document, request.tenant)})


def _by_label() -> list[tuple[str, PanelType]]:
    """The types as people look for them; a row, which is no panel to them, last."""
    return sorted(PANEL_TYPES.items(), key=lambda one: (one[1].is_heading, one[1].label))


def _offer_own(request: TenantRequest, shared: Dashboard) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        try:
            own = make_own(shared, request.tenant, by=request.user)
        except DocumentInvalid as error:
            problem = str(error)
        except Taken:
            return redirect(request.path)
        else:
            return redirect("dashboard-edit", tenant=request.tenant.slug, dashboard=own.slug)
    context = {"dashboard": shared, "tenants": tenants_of(request.user), "problem": problem}
    return render(request, "builder/not_ours.html", context, status=422 if problem else 200)
