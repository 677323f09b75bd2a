"""Whom a dashboard is for: a draft, published or archived; public within its tenant, or one person's own."""

from dashboards.models import Dashboard
from tenants.models import User


class NotPrivate(Exception):
    """What is shared with tenants cannot be one person's own."""

    def __init__(self) -> None:
        super().__init__("What is shared with tenants is not private.")


def take_state(dashboard: Dashboard, *, state: str | None, is_private: bool | None, by: User) -> None:
    """Set what is given; the caller saves it. Whoever makes a dashboard private is whom it is private to. Raises NotPrivate."""
    if state is not None:
        dashboard.state = Dashboard.State(state)
    if is_private and dashboard.tenant_id is None:
        raise NotPrivate
    if is_private is not None:
        dashboard.private_to = by if is_private else None
