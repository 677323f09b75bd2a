"""Panels and dashboards made again, in a tenant of which one is an editor, as one is of the one they come from."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from api import dashboards, panels
from api.access import may_edit
from api.callers import user_of
from api.description import problems
from api.schemas.cloning import DashboardClone, PanelClone
from api.schemas.dashboards import DashboardDetail
from api.schemas.panels import PanelDetail
from api.sharing import find_visible
from dashboards.library.cloning import Copy, clone_dashboard, clone_panel
from dashboards.models import Dashboard, Panel
from tenants.models import Role

router = Router()
ERRORS = problems(404, 409)


@router.post(
    "/panels/{panel_id}/clone", response={201: PanelDetail}, operation_id="clone_panel", tags=["panels"], openapi_extra=ERRORS
)
def clone_a_panel(request: HttpRequest, response: HttpResponse, panel_id: str, tenant_id: str, body: PanelClone) -> Any:
    """Make a panel again, as a tenant's own: editors of both tenants."""
    seen_in = may_edit(request, tenant_id)
    source, _ = find_visible(request, Panel, panel_id, tenant_id)
    into = may_edit(request, body.tenant_id) if body.tenant_id is not None else seen_in
    made = clone_panel(source, seen_in, Copy(into, body.panel_id, body.title or source.title), by=user_of(request))
    return Status(201, panels.told(request, response, made, Role.EDITOR))


@router.post(
    "/dashboards/{slug}/clone",
    response={201: DashboardDetail},
    operation_id="clone_dashboard",
    tags=["dashboards"],
    openapi_extra=ERRORS,
)
def clone_a_dashboard(request: HttpRequest, response: HttpResponse, slug: str, tenant_id: str, body: DashboardClone) -> Any:
    """Make a dashboard again, as a tenant's own: editors of both tenants. It shows the same panels, or copies of them."""
    seen_in = may_edit(request, tenant_id)
    source, _ = find_visible(request, Dashboard, slug, tenant_id)
    into = may_edit(request, body.tenant_id) if body.tenant_id is not None else seen_in
    copy = Copy(into, body.slug, body.title or source.name, body.with_panels)
    made = clone_dashboard(source, seen_in, copy, by=user_of(request))
    return Status(201, dashboards.told(request, response, made, Role.EDITOR))
