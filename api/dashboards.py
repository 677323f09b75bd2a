"""Dashboards: read by a tenant's members, changed by its editors; shared ones by platform admins."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from api.callers import user_of
from api.description import problems
from api.doors import viewer_in
from api.favorites import is_favorite
from api.listing import ListQuery, listed
from api.merging import merged
from api.schemas.dashboards import DashboardChange, DashboardDetail, DashboardPage, DashboardReplacement, NewDashboard
from api.schemas.parts import PLAIN
from api.sharing import API, find_own, find_visible, kept, owner_of_new, share_with, store_new, visible
from api.versions import seen_version, tag_of
from dashboards.as_code.stored import document_tree
from dashboards.changing import delete_unchanged, save_change
from dashboards.checks import check_dashboard
from dashboards.document import DashboardDocument, document_of, place_panels, put, read_dashboard, take_fields
from dashboards.library.favorites import favorite_of
from dashboards.library.states import take_state
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.document import DocumentError, DocumentInvalid
from dashboards.variables.definitions import QueryVariable
from tenants.models import Role, Tenant

router = Router(tags=["dashboards"])

SORTS = {"slug": "slug", "title": "name", "folder": "folder", "panel_count": "panel_count", "updated_at": "updated_at"}
COLUMNS = ("slug", "name", "folder", "tags", "scope", "state", "private_to", "version", "updated_at")
Word = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]


class DashboardsQuery(ListQuery):
    tenant_id: Annotated[str | None, Field(description="Whose. Platform admins leave it out for what is shared.")] = None
    folder: Word = ""
    tags: Annotated[list[Word], Field(max_length=20, description="All of them.")] = []
    state: Annotated[
        Literal["draft", "published", "archived", "all"] | None, Field(description="Without: all but archived ones.")
    ] = None
    favorites: Annotated[bool | None, Field(description="Those that are the caller's, or those that are not.")] = None
    sort: Literal["slug", "title", "folder", "panel_count", "updated_at"] = "slug"


@router.get("/dashboards", response=DashboardPage, operation_id="list_dashboards", openapi_extra=problems(404))
def list_dashboards(request: HttpRequest, query: Query[DashboardsQuery]) -> dict[str, Any]:
    """The dashboards a tenant has: its own, and those shared with it. Its own wins over a shared one of the same id."""
    seen, _ = visible(request, Dashboard, query.tenant_id)
    found = in_state(seen, query.state)
    favorite = favorite_of(viewer_in(request, query.tenant_id)) if query.tenant_id else Value(False)
    if query.favorites is not None:
        found = found.filter(favorite) if query.favorites else found.exclude(favorite)
    if query.folder:
        found = found.filter(folder=query.folder)
    if query.tags:
        found = found.filter(tags__contains=query.tags)
    if query.q:
        found = found.filter(Q(name__icontains=query.q) | Q(slug__icontains=query.q) | Q(description__icontains=query.q))
    return listed(
        counted(found.only(*COLUMNS)).annotate(is_favorite=favorite), query, by=SORTS[query.sort], then="slug", told=summary
    )


@router.get("/dashboards/{slug}", response=DashboardDetail, operation_id="read_dashboard", openapi_extra=problems(404))
def read_one(request: HttpRequest, response: HttpResponse, slug: str, tenant_id: str | None = None) -> dict[str, Any]:
    """A dashboard with its panels' places. The `ETag` is good for `If-Match`."""
    dashboard, role = find_visible(request, Dashboard, slug, tenant_id)
    return told(request, response, dashboard, role)


@router.post("/dashboards", response={201: DashboardDetail}, operation_id="create_dashboard", openapi_extra=problems(404, 409))
def create_dashboard(request: HttpRequest, response: HttpResponse, body: NewDashboard) -> Any:
    """Make a dashboard: editors for their tenant, platform admins shared ones too."""
    owner = owner_of_new(request, body.tenant_id)
    document = checked(body.document, owner)
    dashboard = Dashboard(slug=body.slug, tenant=owner)
    take_fields(dashboard, document)
    take_state(dashboard, state=body.state, is_private=body.is_private, by=user_of(request))
    with transaction.atomic():
        store_new(dashboard, body.shared_with, by=user_of(request))
        place_panels(dashboard, document)
    return Status(201, told(request, response, dashboard, Role.EDITOR))


@router.put(
    "/dashboards/{slug}",
    response=DashboardDetail,
    operation_id="replace_dashboard",
    openapi_extra=problems(404, 409, by_version=True),
)
def replace_dashboard(
    request: HttpRequest, response: HttpResponse, slug: str, body: DashboardReplacement, tenant_id: str | None = None
) -> dict[str, Any]:
    """Put another document in the place of a dashboard's."""
    dashboard = find_own(request, Dashboard, slug, tenant_id)
    document = checked(body.document, dashboard.tenant)

    def change(stored: Dashboard) -> None:
        put(stored, document)
        take_state(stored, state=body.state, is_private=body.is_private, by=user_of(request))
        share_with(stored, body.shared_with)

    stored = save_change(dashboard, change, by=user_of(request), through=API, seen=seen_version(request, dashboard, body.version))
    return told(request, response, stored, Role.EDITOR)


@router.patch(
    "/dashboards/{slug}",
    response=DashboardDetail,
    operation_id="change_dashboard",
    openapi_extra=problems(404, 409, by_version=True),
)
def change_dashboard(
    request: HttpRequest, response: HttpResponse, slug: str, body: DashboardChange, tenant_id: str | None = None
) -> dict[str, Any]:
    """Change a part of a dashboard's document, its list of panels as a whole, or with whom it is shared."""
    dashboard = find_own(request, Dashboard, slug, tenant_id)

    def change(stored: Dashboard) -> None:
        if body.document is not None:
            document = checked(merged(document_tree(stored), body.document), stored.tenant)
            put(stored, document)
        take_state(stored, state=body.state, is_private=body.is_private, by=user_of(request))
        if "shared_with" in body.model_fields_set:
            share_with(stored, body.shared_with)

    stored = save_change(dashboard, change, by=user_of(request), through=API, seen=seen_version(request, dashboard, body.version))
    return told(request, response, stored, Role.EDITOR)


@router.delete(
    "/dashboards/{slug}", response={204: None}, operation_id="delete_dashboard", openapi_extra=problems(404, 409, by_version=True)
)
def delete_dashboard(request: HttpRequest, slug: str, tenant_id: str | None = None) -> Any:
    """Delete a dashboard; its panels stay. With `If-Match` only where it is still that version."""
    dashboard = find_own(request, Dashboard, slug, tenant_id)
    delete_unchanged(dashboard, seen=seen_version(request, dashboard, None, is_needed=False))
    return Status(204, None)


def checked(raw: Mapping[str, Any], owner: Tenant | None) -> DashboardDocument:
    """A valid document; on a tenant's own dashboard, of panels that the tenant has. Raises DocumentInvalid."""
    document = read_dashboard(raw)
    if errors := check_dashboard(document, is_shared=owner is None):
        raise DocumentInvalid(*errors)
    if owner is not None:
        placed = [panel.id for panel in document.panels]
        known = set(Panel.objects.nearest(owner).filter(slug__in=placed).values_list("slug", flat=True))
        unknown = [
            DocumentError(f"panels[{place}].id", f"this tenant has no panel “{panel}”")
            for place, panel in enumerate(placed)
            if panel not in known
        ]
        if unknown:
            raise DocumentInvalid(*unknown)
    return document


def in_state(dashboards: QuerySet[Dashboard], state: str | None) -> QuerySet[Dashboard]:
    if state == "all":
        return dashboards
    return dashboards.filter(state=state) if state else dashboards.exclude(state=Dashboard.State.ARCHIVED)


def counted(dashboards: QuerySet[Dashboard]) -> QuerySet[Dashboard]:
    """Each with how many panels stand on it, as `panel_count`."""
    placed = Placement.objects.filter(dashboard=OuterRef("pk")).order_by().values("dashboard").annotate(number=Count("pk"))
    number = Coalesce(Subquery(placed.values("number"), output_field=IntegerField()), 0)
    return dashboards.annotate(panel_count=number)


def summary(dashboard: Any) -> dict[str, Any]:
    return {
        "slug": dashboard.slug,
        "title": dashboard.name,
        "folder": dashboard.folder,
        "tags": dashboard.tags,
        "panel_count": dashboard.panel_count,
        "is_favorite": dashboard.is_favorite,
        "is_shared": dashboard.is_shared,
        "state": dashboard.state,
        "is_private": dashboard.private_to_id is not None,
        "version": dashboard.version,
        "updated_at": dashboard.updated_at,
    }


def told(request: HttpRequest, response: HttpResponse, dashboard: Any, role: Role) -> dict[str, Any]:
    dashboard.is_favorite = is_favorite(request, dashboard)
    response["ETag"] = tag_of(dashboard, role, "favorite" if dashboard.is_favorite else "")
    document = document_of(dashboard)
    if not role.includes(Role.EDITOR):  # as of panels: no SQL, and no name of a table
        shown = [one for one in document.variables if not isinstance(one, QueryVariable)]
        document = document.model_copy(update={"variables": shown, "annotations": []})
    dashboard.panel_count = len(document.panels)
    return {**summary(dashboard), **kept(request, dashboard, role), "document": document}
