"""Who may look at which tenant: the question is asked here and nowhere else."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from typing import Any, TypeVar

from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants.known import Known
from tenants.models import Membership, Role, Session, Tenant, User
from tenants.sessions import SessionStore

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

LONGEST_SLUG = 64  # one more than a tenant's


class TenantRequest(HttpRequest):
    """A request the middleware has let in: its user may look at `tenant` as `role`."""

    user: User
    tenant: Tenant
    role: Role
    request_id: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What one query says of a session and a tenant. `tenant` and `role` are None for a stranger to it."""

    session: dict[str, Any]
    user: User
    tenant: Tenant | None
    role: Role | None


_visits = Known[tuple[str, str], Visit](most=10_000)


def require(role: Role) -> Callable[[View], View]:
    """Let in members of this role or a higher one; the others get 403, for they know that the tenant exists."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.role.includes(role):
                raise PermissionDenied(f"This needs the role {role.label.lower()}.")
            return view(request, *args, **kwargs)

        return checked  # type: ignore[return-value]

    return decorate


def find_tenant(user: User, slug: str) -> tuple[Tenant, Role] | None:
    """The tenant and the user's role in it; None for a stranger, whether it exists or not."""
    if user.is_platform_admin:
        tenant = Tenant.objects.filter(slug=slug, is_active=True).first()
        return (tenant, Role.ADMIN) if tenant else None
    found = Membership.objects.select_related("tenant").filter(user=user, tenant__slug=slug, tenant__is_active=True).first()
    return (found.tenant, Role(found.role)) if found else None


def tenants_of(user: User) -> models.QuerySet[Tenant]:
    """The tenants to offer in the switcher, by name."""
    return Tenant.objects.open_to(user)


def visit(session_key: str | None, slug: str) -> Visit | None:
    """Read session, user, tenant and membership with one query. None when nobody is signed in.

    It does what Django's session and authentication middleware do, expiry, inactive users and the session's password
    hash included, in 1 query instead of 4, and in none where the answer is known: authorising is on the path of every
    refresh of every panel. Session and user are the caller's to change.
    """
    if not session_key or "\x00" in session_key:
        return None
    slug = slug[:LONGEST_SLUG]  # a longer one names no tenant, and 10,000 of them would take 70 MB
    seen = _visits.get((session_key, slug), lambda: _read_visit(session_key, slug))
    return replace(seen, session=dict(seen.session), user=copy(seen.user)) if seen is not None else None


def forget_visits() -> None:
    """Who may look where is asked anew."""
    _visits.forget()


def forget_visits_of_session(session: Session) -> None:
    _visits.forget(lambda key, _: key[0] == session.session_key)


def forget_visits_of_user(user: User) -> None:
    _visits.forget(lambda _, seen: seen.user.pk == user.pk)


def _read_visit(session_key: str, slug: str) -> Visit | None:
    with connection.cursor() as cursor:
        cursor.execute(_visit_sql(), [slug, session_key, timezone.now()])
        row = cursor.fetchone()
    if row is None:
        return None
    user_columns, tenant_columns = _columns(User), _columns(Tenant)
    user = User.from_db("default", user_columns, row[2 : 2 + len(user_columns)])
    session = SessionStore(session_key).decode(row[0])
    if not user.is_active or not _is_of_this_password(session, user):
        return None
    found = row[2 + len(user_columns) :]
    tenant = Tenant.from_db("default", tenant_columns, found) if found[0] is not None else None
    return Visit(session, user, tenant, _role(user, tenant, row[1]))


def _role(user: User, tenant: Tenant | None, membership: str | None) -> Role | None:
    if tenant is None:
        return None
    if user.is_platform_admin:
        return Role.ADMIN
    return Role(membership) if membership else None


def _is_of_this_password(session: dict[str, Any], user: User) -> bool:
    given = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(given, known) for known in hashes)


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@lru_cache(maxsize=1)
def _visit_sql() -> str:
    session, user, tenant, membership = (model._meta.db_table for model in (Session, User, Tenant, Membership))
    users = ", ".join(f'u."{field.column}"' for field in User._meta.concrete_fields)
    tenants = ", ".join(f't."{field.column}"' for field in Tenant._meta.concrete_fields)
    return f"""
        SELECT s.session_data, m.role, {users}, {tenants}
        FROM "{session}" s
        JOIN "{user}" u ON u.id = s.user_id
        LEFT JOIN "{tenant}" t ON t.slug = %s AND t.is_active
        LEFT JOIN "{membership}" m ON m.tenant_id = t.id AND m.user_id = u.id
        WHERE s.session_key = %s AND s.expire_date > %s
    """  # noqa: S608 - names of our own tables and columns
