"""Favourites, and where people begin: one's own of the one, a tenant's admins' of the other."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from api.access import may_administer
from api.callers import asked_tenant, user_of
from api.description import problems
from api.doors import viewer_in
from api.errors import NotValid
from api.schemas.dashboards import Home
from api.sharing import find_visible
from dashboards.library.favorite import Favorite
from dashboards.library.favorites import set_favorite
from dashboards.library.homes import NotHome, set_tenant_home
from dashboards.models import Dashboard
from dashboards.panels.document import DocumentError

router = Router(tags=["dashboards"])

FAVORITE = "/dashboards/{slug}/favorite"


@router.put(FAVORITE, response={204: None}, operation_id="make_favorite", openapi_extra=problems(404))
def make_favorite(request: HttpRequest, slug: str, tenant_id: str) -> Any:
    """Make a dashboard one of the caller's favourites in this tenant."""
    return _set(request, slug, tenant_id, is_favorite=True)


@router.delete(FAVORITE, response={204: None}, operation_id="forget_favorite", openapi_extra=problems(404))
def forget_favorite(request: HttpRequest, slug: str, tenant_id: str) -> Any:
    """It is no favourite any more, whether it was one or not."""
    return _set(request, slug, tenant_id, is_favorite=False)


@router.get("/tenants/{tenant_id}/home", response=Home, operation_id="read_tenant_home", openapi_extra=problems(404))
def read_home(request: HttpRequest, tenant_id: str) -> dict[str, Any]:
    """Where members of a tenant begin who have chosen nothing else; null: with the list."""
    return {"dashboard": viewer_in(request, tenant_id).tenant.home_dashboard or None}


@router.put("/tenants/{tenant_id}/home", response=Home, operation_id="change_tenant_home", openapi_extra=problems(404))
def change_home(request: HttpRequest, tenant_id: str, body: Home) -> dict[str, Any]:
    """Say where members begin: the tenant's admins."""
    tenant = may_administer(request, tenant_id)
    row = find_visible(request, Dashboard, body.dashboard, tenant_id)[0] if body.dashboard is not None else None
    try:
        set_tenant_home(tenant, row)
    except NotHome as error:
        raise NotValid([DocumentError("dashboard", str(error))]) from error
    return {"dashboard": tenant.home_dashboard or None}


def is_favorite(request: HttpRequest, dashboard: Dashboard) -> bool:
    """Whether a dashboard is the caller's favourite in the tenant that the call is about."""
    slug = asked_tenant(request) or (dashboard.tenant.slug if dashboard.tenant is not None else "")
    if not slug:
        return False
    return Favorite.objects.filter(user=user_of(request), tenant__slug=slug, dashboard=dashboard).exists()


def _set(request: HttpRequest, slug: str, tenant_id: str, *, is_favorite: bool) -> Any:
    row, _ = find_visible(request, Dashboard, slug, tenant_id)
    set_favorite(viewer_in(request, tenant_id), row, is_favorite=is_favorite)
    return Status(204, None)
