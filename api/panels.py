"""Panel definitions: read by a tenant's members, changed by its editors; shared ones by platform admins."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from api.callers import user_of
from api.description import problems
from api.doors import viewer_in
from api.listing import ListQuery, listed
from api.merging import merged
from api.schemas.panels import NewPanel, PanelChange, PanelDetail, PanelPage, PanelReplacement, PanelUsage
from api.schemas.parts import PLAIN
from api.sharing import API, find_own, find_visible, kept, owner_of_new, share_with, store_new, visible
from api.versions import seen_version, tag_of
from dashboards.changing import delete_unchanged, save_change
from dashboards.checks import check_queries
from dashboards.library.usage import used_anywhere, used_on
from dashboards.models import Panel
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document
from tenants.models import Role

router = Router(tags=["panels"])

SORTS = {"panel_id": "slug", "title": "title", "type": "panel_type", "updated_at": "updated_at"}
COLUMNS = ("slug", "panel_type", "title", "scope", "version", "updated_at")


class PanelsQuery(ListQuery):
    tenant_id: Annotated[str | None, Field(description="Whose. Platform admins leave it out for what is shared.")] = None
    type: Annotated[str, StringConstraints(max_length=40, pattern=PLAIN), Field(description="`timeseries`, `kpi`, …")] = ""
    sort: Literal["panel_id", "title", "type", "updated_at"] = "panel_id"


@router.get("/panels", response=PanelPage, operation_id="list_panels", openapi_extra=problems(404))
def list_panels(request: HttpRequest, query: Query[PanelsQuery]) -> dict[str, Any]:
    """The panels a tenant has: its own, and those shared with it. Its own wins over a shared one of the same id."""
    found, _ = visible(request, Panel, query.tenant_id)
    if query.type:
        found = found.filter(panel_type=query.type)
    if query.q:
        found = found.filter(Q(title__icontains=query.q) | Q(slug__icontains=query.q))
    return listed(found.only(*COLUMNS), query, by=SORTS[query.sort], then="slug", told=summary)


@router.get("/panels/{panel_id}", response=PanelDetail, operation_id="read_panel", openapi_extra=problems(404))
def read_panel(request: HttpRequest, response: HttpResponse, panel_id: str, tenant_id: str | None = None) -> dict[str, Any]:
    """A panel; its document for editors. The `ETag` is good for `If-Match`."""
    panel, role = find_visible(request, Panel, panel_id, tenant_id)
    return told(request, response, panel, role)


@router.post("/panels", response={201: PanelDetail}, operation_id="create_panel", openapi_extra=problems(404, 409))
def create_panel(request: HttpRequest, response: HttpResponse, body: NewPanel) -> Any:
    """Make a panel: editors for their tenant, platform admins shared ones too."""
    owner = owner_of_new(request, body.tenant_id)
    panel = Panel(slug=body.panel_id, tenant=owner)
    panel.take(checked(body.document, is_shared=owner is None))
    with transaction.atomic():
        store_new(panel, body.shared_with, by=user_of(request))
    return Status(201, told(request, response, panel, Role.EDITOR))


@router.put(
    "/panels/{panel_id}", response=PanelDetail, operation_id="replace_panel", openapi_extra=problems(404, 409, by_version=True)
)
def replace_panel(
    request: HttpRequest, response: HttpResponse, panel_id: str, body: PanelReplacement, tenant_id: str | None = None
) -> dict[str, Any]:
    """Put another document in the place of a panel's."""
    panel = find_own(request, Panel, panel_id, tenant_id)
    document = checked(body.document, is_shared=panel.is_shared)

    def change(stored: Panel) -> None:
        stored.take(document)
        share_with(stored, body.shared_with)

    stored = save_change(panel, change, by=user_of(request), through=API, seen=seen_version(request, panel, body.version))
    return told(request, response, stored, Role.EDITOR)


@router.patch(
    "/panels/{panel_id}", response=PanelDetail, operation_id="change_panel", openapi_extra=problems(404, 409, by_version=True)
)
def change_panel(
    request: HttpRequest, response: HttpResponse, panel_id: str, body: PanelChange, tenant_id: str | None = None
) -> dict[str, Any]:
    """Change a part of a panel's document, or with whom it is shared."""
    panel = find_own(request, Panel, panel_id, tenant_id)

    def change(stored: Panel) -> None:
        if body.document is not None:
            stored.take(checked(merged(stored.document, body.document), is_shared=stored.is_shared))
        if "shared_with" in body.model_fields_set:
            share_with(stored, body.shared_with)

    stored = save_change(panel, change, by=user_of(request), through=API, seen=seen_version(request, panel, body.version))
    return told(request, response, stored, Role.EDITOR)


@router.delete(
    "/panels/{panel_id}", response={204: None}, operation_id="delete_panel", openapi_extra=problems(404, 409, by_version=True)
)
def delete_panel(request: HttpRequest, panel_id: str, tenant_id: str | None = None) -> Any:
    """Delete a panel. With `If-Match` only where it is still that version."""
    panel = find_own(request, Panel, panel_id, tenant_id)
    delete_unchanged(panel, seen=seen_version(request, panel, None, is_needed=False))
    return Status(204, None)


@router.get("/panels/{panel_id}/usage", response=PanelUsage, operation_id="read_panel_usage", openapi_extra=problems(404))
def read_usage(request: HttpRequest, panel_id: str, tenant_id: str | None = None) -> dict[str, Any]:
    """On which dashboards a panel stands, of those that the caller sees; without a tenant, on those of all of them."""
    panel, _ = find_visible(request, Panel, panel_id, tenant_id)
    used = used_on(panel, viewer_in(request, tenant_id)) if tenant_id is not None else used_anywhere(panel)
    boards = [
        {"slug": one.slug, "title": one.name, "tenant_id": one.tenant.slug if one.tenant else None} for one in used.dashboards
    ]
    return {"items": boards, "count": used.count}


def checked(raw: Mapping[str, Any], *, is_shared: bool) -> PanelDocument:
    """A valid document whose queries the guard lets through. Raises DocumentInvalid."""
    document = read_document(raw)
    if errors := check_queries(document, is_shared=is_shared):
        raise DocumentInvalid(*errors)
    return document


def summary(panel: Panel) -> dict[str, Any]:
    return {
        "panel_id": panel.slug,
        "panel_type": panel.panel_type,
        "title": panel.title,
        "is_shared": panel.is_shared,
        "version": panel.version,
        "updated_at": panel.updated_at,
    }


def told(request: HttpRequest, response: HttpResponse, panel: Panel, role: Role) -> dict[str, Any]:
    response["ETag"] = tag_of(panel, role)
    is_editor = role.includes(Role.EDITOR)
    document = panel.document if is_editor and isinstance(panel.document, dict) else None
    return {**summary(panel), **kept(request, panel, role), "description": panel.description, "document": document}
