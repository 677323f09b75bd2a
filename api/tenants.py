"""Tenants: listed for those who may look into them; made, changed, switched off and tested by platform admins."""

from typing import Any, Literal

from django.db import models
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.forms import model_to_dict
from django.http import HttpRequest
from ninja import Query, Router, Status
from ninja.errors import HttpError

from api.access import platform_admin
from api.callers import user_of
from api.description import problems
from api.doors import tenant_of
from api.errors import AlreadyThere, NotValid
from api.limits import DEAR
from api.listing import ListQuery, listed
from api.schemas.tenants import ConnectionReport, NewTenant, TenantChange, TenantDetail, TenantPage
from dashboards.panels.document import DocumentError
from tenants.connection_test import examine, record
from tenants.forms import TenantForm
from tenants.models import Membership, Role, Tenant, User
from tenants.saving import save_tenant

router = Router(tags=["tenants"])

SORTS = {"tenant_id": "slug", "name": "name", "role": "role"}
FIELD_OF = {"tenant_id": "slug"}


class TenantsQuery(ListQuery):
    sort: Literal["name", "tenant_id", "role"] = "name"
    state: Literal["active", "disabled", "all"] = "active"


@router.get("/tenants", response=TenantPage, operation_id="list_tenants", openapi_extra=problems())
def list_tenants(request: HttpRequest, query: Query[TenantsQuery]) -> dict[str, Any]:
    """The tenants the caller may see, and as what. Platform admins see disabled ones too, where `state` says so."""
    user = user_of(request)
    found = with_role(_in_state(user, query.state), user)
    if query.q:
        found = found.filter(Q(name__icontains=query.q) | Q(slug__icontains=query.q))
    return listed(found, query, by=SORTS[query.sort], then="slug", told=summary)


@router.get("/tenants/{tenant_id}", response=TenantDetail, operation_id="read_tenant", openapi_extra=problems(404))
def read_tenant(request: HttpRequest, tenant_id: str) -> dict[str, Any]:
    """A tenant; for platform admins with how its database is reached, a disabled one too."""
    user = user_of(request)
    if user.is_platform_admin:
        return detail(_any(tenant_id), user, Role.ADMIN)
    return detail(*_known(request, tenant_id))


@router.post("/tenants", response={201: TenantDetail}, throttle=DEAR, operation_id="create_tenant", openapi_extra=problems(409))
def create_tenant(request: HttpRequest, body: NewTenant) -> Any:
    """Make a tenant, for platform admins. Its connection is tested at once; the answer says what the test found."""
    user = platform_admin(request)
    given = body.model_dump()
    if Tenant.objects.filter(slug=given["tenant_id"]).exists():
        raise AlreadyThere("There is a tenant of this id already.")
    tenant = _saved(TenantForm({**given, "slug": given["tenant_id"]}))
    return Status(201, detail(tenant, user, Role.ADMIN))


@router.patch(
    "/tenants/{tenant_id}", response=TenantDetail, throttle=DEAR, operation_id="change_tenant", openapi_extra=problems(404)
)
def change_tenant(request: HttpRequest, tenant_id: str, body: TenantChange) -> dict[str, Any]:
    """Change what is named, for platform admins; `is_active` false switches it off. A changed connection is tested."""
    user = platform_admin(request)
    tenant = _any(tenant_id)
    stored = model_to_dict(tenant, TenantForm.Meta.fields)
    changed = {name: "" if value is None else value for name, value in body.model_dump(exclude_unset=True).items()}
    return detail(_saved(TenantForm({**stored, **changed}, instance=tenant)), user, Role.ADMIN)


@router.post(
    "/tenants/{tenant_id}/test",
    response=ConnectionReport,
    throttle=DEAR,
    operation_id="test_tenant",
    openapi_extra=problems(404),
)
def test_tenant(request: HttpRequest, tenant_id: str) -> dict[str, Any]:
    """Connect anew and look around, for platform admins; 15 s at most."""
    platform_admin(request)
    tenant = _any(tenant_id)
    report = examine(tenant)
    record(tenant, report)
    named = ("verdict", "is_fit", "reachable", "server_version", "latency_ms", "encrypted", "can_write")
    findings = [{"severity": finding.severity, "sentence": finding.sentence} for finding in report.findings]
    return {**{name: getattr(report, name) for name in named}, "findings": findings}


def with_role(tenants: QuerySet[Tenant], user: User) -> QuerySet[Tenant]:
    """Each tenant with what the user is in it, as `role`."""
    if user.is_above_tenants:
        return tenants.annotate(role=Value(Role.ADMIN.value, output_field=CharField()))
    mine = Membership.objects.filter(user=user, tenant=OuterRef("pk")).values("role")
    return tenants.annotate(role=Subquery(mine[:1], output_field=models.CharField()))


def summary(tenant: Any) -> dict[str, Any]:
    return {
        "tenant_id": tenant.slug,
        "name": tenant.name,
        "role": tenant.role,
        "time_zone": tenant.time_zone,
        "is_active": tenant.is_active,
    }


def detail(tenant: Any, user: User, role: Role) -> dict[str, Any]:
    tenant.role = role.value
    times = {"created_at": tenant.created_at, "updated_at": tenant.updated_at}
    return {**summary(tenant), **times, "connection": _connection(tenant) if user.is_platform_admin else None}


def _connection(tenant: Tenant) -> dict[str, Any]:
    plain = ("host", "port", "database", "user", "sslmode", "search_path", "timeout_ms", "row_limit", "tested_at")
    return {
        **{name: getattr(tenant, name) for name in plain},
        "has_ca_certificate": bool(tenant.ca_certificate),
        "verdict": tenant.test_verdict,
        "summary": tenant.test_summary,
    }


def _in_state(user: User, state: str) -> QuerySet[Tenant]:
    if state == "active" or not user.is_platform_admin:
        return Tenant.objects.open_to(user) if state != "disabled" else Tenant.objects.none()
    return Tenant.objects.all() if state == "all" else Tenant.objects.filter(is_active=False)


def _any(tenant_id: str) -> Tenant:
    """For platform admins: a disabled one too."""
    found = Tenant.objects.filter(slug=tenant_id).first()
    if found is None:
        raise HttpError(404, "There is no such tenant.")
    return found


def _known(request: HttpRequest, tenant_id: str) -> tuple[Tenant, User, Role]:
    tenant, role = tenant_of(request, tenant_id)
    return tenant, user_of(request), role


def _saved(form: TenantForm) -> Tenant:
    """The tenant as the database has it now. Raises NotValid, each error with the name of its field here."""
    if not form.is_valid():
        names = {field: name for name, field in FIELD_OF.items()}
        found = [
            DocumentError(names.get(field, field), str(message))
            for field, messages in form.errors.items()
            for message in messages
        ]
        raise NotValid(found)
    save_tenant(form)
    return Tenant.objects.get(pk=form.instance.pk)
