"""Templates: found, made into panels and dashboards, and kept of one's own."""

from hashlib import blake2b
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from ninja.errors import HttpError
from pydantic import Field

from api.access import may_edit, platform_admin
from api.callers import user_of
from api.description import problems
from api.doors import viewer_in
from api.errors import NotValid
from api.limits import DEAR
from api.listing import ListQuery
from api.schemas.templates import NewTemplate, TemplateChange, TemplateDetail, TemplateMade, TemplatePage, TemplateUse
from api.sharing import find_own, find_visible
from api.versions import seen_version, tag_of
from dashboards.changing import delete_unchanged
from dashboards.models import Dashboard, Panel, SavedTemplate
from dashboards.panels.document import DocumentError
from dashboards.template_library.finding import find_template, may_change, search, templates_for
from dashboards.template_library.making import Wanted, make
from dashboards.template_library.presence import Presence, presence
from dashboards.template_library.saving import change_kept, find_kept, save_as_template, template_of
from dashboards.template_library.template import Template
from dashboards.viewer import Viewer
from datasources.base import OWN
from tenants.models import Role

PLACE = "/templates/{template_id}"
router = Router(tags=["templates"])


class TemplatesQuery(ListQuery):
    tenant_id: str
    kind: Annotated[Literal["", "panel", "dashboard"], Field(description="Only such.")] = ""
    sort: Literal["name"] = "name"


@router.get("/templates", response=TemplatePage, operation_id="list_templates", openapi_extra=problems(404))
def list_templates(request: HttpRequest, query: Query[TemplatesQuery]) -> dict[str, Any]:
    """The tenant's own templates, those of all tenants, and those that come with the product: editors."""
    found = search(templates_for(_editor(request, query.tenant_id)), query.q, kind=query.kind)
    ordered = sorted(found, key=lambda one: (one.name.casefold(), one.id), reverse=query.order == "desc")
    page = ordered[query.offset : query.offset + query.limit]
    return {"items": [summary(one) for one in page], "count": len(found)}


@router.get(PLACE, response=TemplateDetail, operation_id="read_template", openapi_extra=problems(404))
def read_template(
    request: HttpRequest, response: HttpResponse, template_id: str, tenant_id: str, source: str = OWN
) -> dict[str, Any]:
    """What a template needs, and what of that the tenant's source has now."""
    viewer = _editor(request, tenant_id)
    found = _find(viewer, template_id)
    answer = told(viewer, found, source)
    row = find_kept(viewer.tenant, template_id) if found.owner else None
    if row is not None:
        response["ETag"] = _tag(row, answer)
    return answer


@router.post("/templates", response={201: TemplateDetail}, operation_id="create_template", openapi_extra=problems(404))
def create_template(request: HttpRequest, body: NewTemplate) -> Any:
    """Keep a copy of a panel or a dashboard as a template of the tenant; platform admins, of all tenants."""
    viewer = _editor(request, body.tenant_id)
    if body.for_all:
        platform_admin(request)
    if (body.panel_id is None) == (body.dashboard is None):
        raise NotValid([DocumentError("panel_id", "give either panel_id or dashboard")])
    source: Panel | Dashboard
    if body.panel_id is not None:
        source, _ = find_visible(request, Panel, body.panel_id, body.tenant_id)
    else:
        source, _ = find_visible(request, Dashboard, body.dashboard or "", body.tenant_id)
    row = save_as_template(source, viewer.tenant, name=body.name, about=body.about, for_all=body.for_all, by=user_of(request))
    return Status(201, told(viewer, template_of(row), OWN))


@router.patch(PLACE, response=TemplateDetail, operation_id="change_template", openapi_extra=problems(404, 409, by_version=True))
def change_template(
    request: HttpRequest, response: HttpResponse, template_id: str, tenant_id: str, body: TemplateChange
) -> dict[str, Any]:
    """Rename one that was kept, or say anew what it is for: a tenant's own its editors, others platform admins."""
    viewer = _editor(request, tenant_id)
    row = _kept(viewer, template_id)
    name, about = body.name or row.name, row.about if body.about is None else body.about
    stored = change_kept(row, name=name, about=about, by=user_of(request), seen=seen_version(request, row, body.version))
    answer = told(viewer, template_of(stored), OWN)
    response["ETag"] = _tag(stored, answer)
    return answer


@router.delete(PLACE, response={204: None}, operation_id="delete_template", openapi_extra=problems(404, 409, by_version=True))
def delete_template(request: HttpRequest, template_id: str, tenant_id: str) -> Any:
    """Delete one that was kept. What was made of it stays."""
    row = _kept(_editor(request, tenant_id), template_id)
    delete_unchanged(row, seen=seen_version(request, row, None, is_needed=False))
    return Status(204, None)


@router.post(
    "/templates/{template_id}/use",
    response={201: TemplateMade},
    throttle=DEAR,
    operation_id="use_template",
    openapi_extra=problems(404, 409),
)
def use_template(request: HttpRequest, template_id: str, body: TemplateUse) -> Any:
    """Make what a template has the tenant's own: a draft of a dashboard with its panels, or a panel. All of it, or nothing."""
    viewer = _editor(request, body.tenant_id)
    found = _find(viewer, template_id)
    onto = find_own(request, Dashboard, body.dashboard, body.tenant_id) if body.dashboard is not None else None
    wanted = Wanted(viewer.tenant, body.name or "", body.slug or "", body.source, body.values, onto)
    made = make(found, wanted, by=user_of(request))
    board = made.dashboard.slug if made.dashboard is not None else None
    return Status(201, {"dashboard": board, "panels": [panel.slug for panel in made.panels]})


def summary(one: Template) -> dict[str, Any]:
    return {
        "template_id": one.id,
        "name": one.name,
        "about": one.about,
        "category": one.category,
        "kind": one.kind,
        "language": one.language,
        "owner": one.owner or "product",
        "panel_count": len(one.panels),
    }


def told(viewer: Viewer, one: Template, source: str) -> dict[str, Any]:
    found: Presence = presence(one, viewer.tenant, source, one.values({}))
    placeholders = [
        {"name": gap.name, "label": gap.label, "about": gap.about, "default": gap.default} for gap in one.placeholders
    ]
    needs = [
        {
            "kind": each.need.kind,
            "name": each.need.name,
            "about": each.need.about,
            "columns": dict(each.need.columns),
            "is_there": each.is_there,
            "lacking": list(each.lacking),
        }
        for each in found.needs
    ]
    return {**summary(one), "placeholders": placeholders, "needs": needs, "version": one.version, "problem": found.problem}


def _tag(row: SavedTemplate, answer: dict[str, Any]) -> str:
    """Of what its source has too, which changes while its version does not."""
    return tag_of(row, Role.EDITOR, blake2b(repr(answer).encode(), digest_size=8).hexdigest())


def _editor(request: HttpRequest, tenant_id: str) -> Viewer:
    may_edit(request, tenant_id)
    return viewer_in(request, tenant_id)


def _find(viewer: Viewer, template_id: str) -> Template:
    found = find_template(viewer, template_id)
    if found is None:
        raise HttpError(404, "This tenant has no such template.")
    return found


def _kept(viewer: Viewer, template_id: str) -> SavedTemplate:
    """One that the caller may change."""
    found, row = _find(viewer, template_id), find_kept(viewer.tenant, template_id)
    if row is None or not may_change(viewer, found):
        raise HttpError(403, "Templates of the product nobody changes, those of all tenants platform admins.")
    return row
