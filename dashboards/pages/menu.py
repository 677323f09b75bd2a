"""What may be done with a dashboard, by whoever looks at it."""

from dataclasses import dataclass

from dashboards.models import Dashboard
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


def menu_of(request: TenantRequest, dashboard: Dashboard) -> Menu:
    viewer, user = Viewer.of(request), request.user
    return Menu(
        is_own_home=user.default_tenant_id == request.tenant.pk and user.home_dashboard == dashboard.slug,
        is_home_of_all=request.tenant.home_dashboard == dashboard.slug,
        sets_home_of_all=request.role.includes(Role.ADMIN),
        may_change=viewer.may_change(dashboard),
        is_editor=viewer.is_editor,
    )
