"""Where people begin: one's own home dashboard, else that of the tenant, else the list of its dashboards."""

from dashboards.models import Dashboard
from dashboards.viewer import Viewer
from tenants.models import Tenant, User


class NotHome(Exception):
    """A dashboard that cannot be where everybody begins. The sentence says why."""


def home_of(user: User, viewer: Viewer) -> str | None:
    """The id of the dashboard that a person begins with in a tenant; one that they do not see any more is none.

    One query at most.
    """
    own = user.home_dashboard if user.default_tenant_id == viewer.tenant.pk else ""
    wanted = [slug for slug in (own, viewer.tenant.home_dashboard) if slug]
    if not wanted:
        return None
    seen = set(Dashboard.objects.listed_for(viewer).filter(slug__in=wanted).values_list("slug", flat=True))
    return next((slug for slug in wanted if slug in seen), None)


def set_own_home(user: User, tenant: Tenant, slug: str) -> None:
    """Make a dashboard that the person sees their home, and its tenant the one that `/` leads to; an empty id takes it back."""
    if slug:
        user.default_tenant = tenant
    user.home_dashboard = slug
    user.save(update_fields=["default_tenant", "home_dashboard"])


def set_tenant_home(tenant: Tenant, dashboard: Dashboard | None) -> None:
    """Make it where the tenant's members begin; None: the list. Raises NotHome for one that not every member sees."""
    if dashboard is not None and (dashboard.private_to_id is not None or dashboard.state != Dashboard.State.PUBLISHED):
        raise NotHome("Members begin with a dashboard that all of them see: published, and not private.")
    tenant.home_dashboard = dashboard.slug if dashboard is not None else ""
    tenant.save(update_fields=["home_dashboard", "updated_at"])
