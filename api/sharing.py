"""Whose panels and dashboards a call is about: a tenant's own and those shared with it, or the shared ones of the platform."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja.errors import HttpError

from api.access import may_edit, platform_admin
from api.callers import user_of
from api.doors import viewer_in
from api.errors import NotValid
from dashboards.changing import save_new
from dashboards.models import Dashboard, Panel, Shared, SharedQuerySet
from dashboards.panels.document import DocumentError
from tenants.models import Role, Tenant, User

Row = TypeVar("Row", Panel, Dashboard)

API = "API"  # the door, as versions name it


def visible(request: HttpRequest, model: type[Row], tenant_id: str | None) -> tuple[SharedQuerySet[Row], Role]:
    """What a tenant has and the caller's role in it; for platform admins, without a tenant, all that is shared."""
    if tenant_id is not None:
        viewer = viewer_in(request, tenant_id)
        return model.objects.seen_by(viewer), viewer.role
    if not user_of(request).is_platform_admin:
        raise NotValid([DocumentError("tenant_id", "say which tenant; only platform admins leave it out")])
    return model.objects.shared().order_by("slug"), Role.ADMIN


def find_visible(request: HttpRequest, model: type[Row], slug: str, tenant_id: str | None) -> tuple[Row, Role]:
    found, role = visible(request, model, tenant_id)
    row = found.select_related("tenant").filter(slug=slug).first()
    if row is None:
        raise HttpError(404, f"{'This tenant has' if tenant_id else 'There is'} no such {model._meta.model_name}.")
    return row, role


def find_for_editors(request: HttpRequest, model: type[Row], slug: str, tenant_id: str | None) -> Row:
    """What only those are told who edit in the tenant: of what is shared too."""
    row, role = find_visible(request, model, slug, tenant_id)
    if not role.includes(Role.EDITOR):
        raise HttpError(403, "This needs the role editor in this tenant.")
    return row


def find_own(request: HttpRequest, model: type[Row], slug: str, tenant_id: str | None) -> Row:
    """What the caller may change: with a tenant that tenant's own, without one what is shared."""
    if tenant_id is None:
        platform_admin(request)
        row = model.objects.shared().filter(slug=slug).first()
        if row is None:
            raise HttpError(404, f"There is no such shared {model._meta.model_name}.")
        return row
    may_edit(request, tenant_id)
    row = model.objects.seen_by(viewer_in(request, tenant_id)).select_related("tenant").filter(slug=slug).first()
    if row is None:
        raise HttpError(404, f"This tenant has no such {model._meta.model_name}.")
    if row.is_shared:
        raise HttpError(403, "It is shared with this tenant and not its own. Platform admins change it, without `tenant_id`.")
    return row


def owner_of_new(request: HttpRequest, tenant_id: str | None) -> Tenant | None:
    """Whose a new one will be; None: shared."""
    if tenant_id is not None:
        return may_edit(request, tenant_id)
    platform_admin(request)
    return None


def store_new(row: Row, shared_with: Sequence[str] | None, *, by: User) -> None:
    """Store a new row with its sharing. Raises Taken; the caller has a transaction open."""
    chosen = chosen_tenants(row, shared_with)
    if row.tenant is not None:
        row.scope = Shared.Scope.TENANT
    else:
        row.scope = Shared.Scope.ALL if chosen is None else Shared.Scope.CHOSEN
    save_new(row, by=by, through=API)
    row.shared_with.set(chosen or [])


def share_with(row: Row, shared_with: Sequence[str] | None) -> None:
    """Share a stored row with chosen tenants, or with all: None. The caller saves it."""
    chosen = chosen_tenants(row, shared_with)
    if row.tenant is None:
        row.scope = Shared.Scope.ALL if chosen is None else Shared.Scope.CHOSEN
        row.shared_with.set(chosen or [])


def chosen_tenants(row: Row, shared_with: Sequence[str] | None) -> list[Tenant] | None:
    """The tenants of these ids; None: no choice. Raises NotValid for ids of none, and where it is a tenant's own."""
    if shared_with is None:
        return None
    if row.tenant is not None:
        raise NotValid([DocumentError("shared_with", "a tenant's own is shared with nobody")])
    if not shared_with:
        raise NotValid([DocumentError("shared_with", "choose tenants; null shares it with every tenant")])
    found = {tenant.slug: tenant for tenant in Tenant.objects.filter(slug__in=shared_with)}
    unknown = [
        DocumentError(f"shared_with[{place}]", "there is no such tenant")
        for place, slug in enumerate(shared_with)
        if slug not in found
    ]
    if unknown:
        raise NotValid(unknown)
    return list(found.values())


def kept(request: HttpRequest, row: Panel | Dashboard, role: Role) -> dict[str, Any]:
    """What an answer says of a row besides its document."""
    names_tenants = row.scope == Shared.Scope.CHOSEN and user_of(request).is_platform_admin
    is_editor = role.includes(Role.EDITOR)
    return {
        "tenant_id": row.tenant.slug if row.tenant else None,
        "shared_with": list(row.shared_with.order_by("slug").values_list("slug", flat=True)) if names_tenants else None,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "updated_by": row.changed_by or None if is_editor else None,
    }
