"""What there is: the tenants one may see, and the panels and dashboards of one of them."""

from collections import Counter
from typing import Any

from django.http import HttpRequest
from ninja import Router

from api.callers import user_of
from api.doors import tenant_of
from api.listing import Limit, Offset, page
from dashboards.models import Dashboard, Panel, Placement
from tenants.access import tenants_of
from tenants.models import Membership, Role

router = Router(tags=["lists"])


@router.get("/tenants")
def tenants(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """The tenants the caller may see, and as what."""
    user = user_of(request)
    roles = dict(Membership.objects.filter(user=user).values_list("tenant_id", "role"))
    items = [
        {
            "tenant_id": tenant.slug,
            "name": tenant.name,
            "role": Role.ADMIN.value if user.is_above_tenants else roles.get(tenant.pk),
        }
        for tenant in tenants_of(user)
    ]
    return page(items, limit, offset)


@router.get("/panels")
def panels(request: HttpRequest, tenant_id: str, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """The panels a tenant has: its own, and those shared with it."""
    tenant, _ = tenant_of(request, tenant_id)
    items = [
        {"panel_id": panel.slug, "panel_type": panel.panel_type, "title": panel.title} for panel in Panel.objects.nearest(tenant)
    ]
    return page(items, limit, offset)


@router.get("/dashboards")
def dashboards(request: HttpRequest, tenant_id: str, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """The dashboards a tenant has. Folder, tags and favourites are empty until they come."""
    tenant, _ = tenant_of(request, tenant_id)
    found = Dashboard.objects.nearest(tenant)
    counts = Counter(Placement.objects.filter(dashboard__in=found).values_list("dashboard_id", flat=True))
    items = [
        {
            "slug": dashboard.slug,
            "title": dashboard.name,
            "folder": "",
            "tags": [],
            "panel_count": counts[dashboard.pk],
            "is_favorite": False,
        }
        for dashboard in found
    ]
    return page(items, limit, offset)
