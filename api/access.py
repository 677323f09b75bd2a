"""What a caller may do: asked before anything is changed, and always the same sentence for the same reason."""

from django.http import HttpRequest
from ninja.errors import HttpError

from api.callers import user_of
from api.doors import NO_ACCESS, tenant_of
from tenants.access import find_tenant
from tenants.models import Role, Tenant, User


def may_edit(request: HttpRequest, tenant_id: str) -> Tenant:
    """A tenant whose own panels and dashboards the caller may change."""
    return _as(Role.EDITOR, request, tenant_id)


def may_administer(request: HttpRequest, tenant_id: str) -> Tenant:
    """A tenant whose members the caller may see and change."""
    return _as(Role.ADMIN, request, tenant_id)


def own_tenant(user: User, slug: str | None) -> Tenant | None:
    """A tenant that the user chooses among those there are for them; None where none is chosen."""
    if slug is None:
        return None
    found = find_tenant(user, slug)
    if found is None:
        raise HttpError(403, NO_ACCESS)
    return found[0]


def platform_admin(request: HttpRequest) -> User:
    user = user_of(request)
    if not user.is_platform_admin:
        raise HttpError(403, "Only platform admins may do this.")
    return user


def _as(needed: Role, request: HttpRequest, tenant_id: str) -> Tenant:
    tenant, role = tenant_of(request, tenant_id)
    if not role.includes(needed):
        raise HttpError(403, f"This needs the role {needed.label.lower()} in this tenant.")
    return tenant
