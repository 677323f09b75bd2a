"""Who belongs to a tenant: for its admins and for platform admins."""

from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from ninja.errors import HttpError

from api.access import may_administer
from api.description import problems
from api.errors import NotValid
from api.limits import DEAR
from api.listing import ListQuery, listed
from api.schemas.members import Member, MemberPage, NewMember, RoleChange
from api.schemas.tenants import RoleName
from dashboards.panels.document import DocumentError
from tenants.members import add_member, change_role, remove_member
from tenants.models import Membership, Role, Tenant

router = Router(tags=["members"])

SORTS = {"email": "user__email", "name": "user__name", "role": "role", "since": "created_at"}
UserId = Annotated[int, Path(ge=1, le=9_223_372_036_854_775_807)]


class MembersQuery(ListQuery):
    sort: Literal["email", "name", "role", "since"] = "email"
    role: RoleName | None = None


@router.get("/tenants/{tenant_id}/members", response=MemberPage, operation_id="list_members", openapi_extra=problems(404))
def list_members(request: HttpRequest, tenant_id: str, query: Query[MembersQuery]) -> dict[str, Any]:
    """The members of a tenant."""
    found = _members(may_administer(request, tenant_id))
    if query.role:
        found = found.filter(role=query.role)
    if query.q:
        found = found.filter(Q(user__email__icontains=query.q) | Q(user__name__icontains=query.q))
    return listed(found, query, by=SORTS[query.sort], then="user_id", told=told)


@router.get("/tenants/{tenant_id}/members/{user_id}", response=Member, operation_id="read_member", openapi_extra=problems(404))
def read_member(request: HttpRequest, tenant_id: str, user_id: UserId) -> dict[str, Any]:
    """One member."""
    return told(_find(may_administer(request, tenant_id), user_id))


@router.post(
    "/tenants/{tenant_id}/members",
    response={201: Member},
    throttle=DEAR,
    operation_id="add_member",
    openapi_extra=problems(404, 409),
)
def create_member(request: HttpRequest, tenant_id: str, body: NewMember) -> Any:
    """Let a person in."""
    tenant = may_administer(request, tenant_id)
    try:
        validate_email(body.email)
    except ValidationError as error:
        raise NotValid([DocumentError("email", error.messages[0])]) from error
    return Status(201, told(add_member(tenant, email=body.email, role=Role(body.role), request=request)))


@router.patch(
    "/tenants/{tenant_id}/members/{user_id}", response=Member, operation_id="change_member", openapi_extra=problems(404, 409)
)
def change_member(request: HttpRequest, tenant_id: str, user_id: UserId, body: RoleChange) -> dict[str, Any]:
    """Change a member's role. The last admin stays one."""
    return told(change_role(_find(may_administer(request, tenant_id), user_id), Role(body.role)))


@router.delete(
    "/tenants/{tenant_id}/members/{user_id}",
    response={204: None},
    operation_id="remove_member",
    openapi_extra=problems(404, 409),
)
def delete_member(request: HttpRequest, tenant_id: str, user_id: UserId) -> Any:
    """Take a person out of a tenant; the account stays. The last admin stays too."""
    remove_member(_find(may_administer(request, tenant_id), user_id))
    return Status(204, None)


def told(membership: Membership) -> dict[str, Any]:
    user = membership.user
    return {
        "user_id": user.pk,
        "email": user.email,
        "name": user.name,
        "role": membership.role,
        "is_active": user.is_active,
        "since": membership.created_at,
    }


def _members(tenant: Tenant) -> Any:
    return Membership.objects.filter(tenant=tenant).select_related("user")


def _find(tenant: Tenant, user_id: int) -> Membership:
    found: Membership | None = _members(tenant).filter(user_id=user_id).first()
    if found is None:
        raise HttpError(404, "This tenant has no such member.")
    return found
