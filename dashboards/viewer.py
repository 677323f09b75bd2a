"""Who looks: a person in a tenant, as what."""

from dataclasses import dataclass
from typing import Protocol

from tenants.access import TenantRequest
from tenants.models import Role, Tenant, User


class Owned(Protocol):
    """A panel or a dashboard, as far as it matters here."""

    @property
    def is_shared(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Viewer:
    tenant: Tenant
    user_id: int
    role: Role
    is_platform_admin: bool

    @classmethod
    def of(cls, request: TenantRequest) -> "Viewer":
        return cls.named(request.user, request.tenant, request.role)

    @classmethod
    def named(cls, user: User, tenant: Tenant, role: Role) -> "Viewer":
        return cls(tenant, user.pk, role, user.is_platform_admin)

    @property
    def is_editor(self) -> bool:
        return self.role.includes(Role.EDITOR)

    def may_change(self, row: Owned) -> bool:
        """What is the tenant's own its editors change, what is shared the platform's admins."""
        return self.is_platform_admin if row.is_shared else self.is_editor
