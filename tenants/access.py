"""Who may look at which tenant: the question is asked here and nowhere else."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth import HASH_SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from structlog.contextvars import bind_contextvars

from tenants.known import Known
from tenants.models import Membership, Role, Session, Tenant, User
from tenants.sessions import SessionStore
from tenants.standing import LONGEST_SLUG, read_standing

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


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
    if user.is_above_tenants:
        tenant = Tenant.objects.open_to(user).filter(slug=slug).first()
        return (tenant, Role.ADMIN) if tenant else None
    found = Membership.objects.select_related("tenant").filter(user=user, tenant__slug=slug, tenant__is_active=True).first()
    if found is None or not user.may_reach(found.tenant):
        return None
    return found.tenant, Role(found.role)


def tenants_of(user: User) -> models.QuerySet[Tenant]:
    """The tenants to offer in the switcher, by name."""
    return Tenant.objects.open_to(user).only("slug", "name")


def tenants_edited_by(user: User) -> models.QuerySet[Tenant]:
    """Those whose panels and dashboards a user may change, by name."""
    found = Tenant.objects.open_to(user)
    if user.is_above_tenants:
        return found
    roles = [role for role in Role if role.includes(Role.EDITOR)]
    return found.filter(pk__in=Membership.objects.filter(user=user, role__in=roles).values("tenant"))


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


def let_in(request: Any, seen: Visit) -> None:
    """Session and user of the request are what the visit says: Django asks nothing more."""
    request.session._session_cache = seen.session
    request.user = request._cached_user = seen.user
    bind_contextvars(user=seen.user.pk)  # for the log


def forget_visits() -> None:
    """Who may look where is asked anew."""
    _visits.forget()


def forget_visits_of_session(session: Session) -> None:
    _visits.forget(lambda key, _: key[0] == session.session_key)


def forget_visits_of_user(user: User) -> None:
    _visits.forget(lambda _, seen: seen.user.pk == user.pk)


def _read_visit(session_key: str, slug: str) -> Visit | None:
    found = read_standing(
        slug,
        columns="s.session_data",
        source=f'"{Session._meta.db_table}" s JOIN "{User._meta.db_table}" u ON u.id = s.user_id',
        where="s.session_key = %s AND s.expire_date > %s",
        parameters=[session_key, timezone.now()],
    )
    if found is None:
        return None
    (data,), seen = found
    session = SessionStore(session_key).decode(data)
    if not seen.user.is_active or not _is_of_this_password(session, seen.user):
        return None
    return Visit(session, seen.user, seen.tenant, seen.role)


def _is_of_this_password(session: dict[str, Any], user: User) -> bool:
    given = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(given, known) for known in hashes)
