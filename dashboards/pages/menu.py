"""What may be done with a dashboard, by whoever looks at it."""

from dataclasses import dataclass

from django.urls import reverse

from dashboards.models import Dashboard
from dashboards.toolbar import KIOSK
from dashboards.viewer import Viewer
from tenants.access import TenantRequest
from tenants.models import Role


@dataclass(frozen=True, slots=True)
class Menu:
    """All that templates/dashboards/_menu.html shows."""

    is_own_home: bool
    is_home_of_all: bool
    sets_home_of_all: bool
    may_change: bool
    is_editor: bool
    kiosk_url: str
    leave_url: str


def menu_of(request: TenantRequest, dashboard: Dashboard) -> Menu:
    viewer, user = Viewer.of(request), request.user
    return Menu(
        is_own_home=user.default_tenant_id == request.tenant.pk and user.home_dashboard == dashboard.slug,
        is_home_of_all=request.tenant.home_dashboard == dashboard.slug,
        sets_home_of_all=request.role.includes(Role.ADMIN),
        may_change=viewer.may_change(dashboard),
        is_editor=viewer.is_editor,
        kiosk_url=_url(request, dashboard, kiosk=True),
        leave_url=_url(request, dashboard, kiosk=False),
    )


def _url(request: TenantRequest, dashboard: Dashboard, *, kiosk: bool) -> str:
    """The page that shows the same, with its chrome or without."""
    query = request.GET.copy()
    query.pop(KIOSK, None)
    if kiosk:
        query[KIOSK] = "1"
    path = reverse("dashboard", args=[request.tenant.slug, dashboard.slug])
    return f"{path}?{query.urlencode()}" if query else path
