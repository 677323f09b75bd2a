"""Who calls with a bearer token, and what that user is in a tenant: asked with one query, and with none where it is known."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants.known import Known
from tenants.models import ApiToken, Role, Tenant, TokenScope, User
from tenants.standing import LONGEST_SLUG, Standing, read_standing
from tenants.tokens.claims import Claims, NotVerified, are_accepted, read_claims
from tenants.tokens.refusing import tell_refused
from tenants.tokens.secret import Shown, digest_of, read_secret
from tenants.tokens.used import note_use


@dataclass(frozen=True, slots=True)
class Bearer:
    """What is said of a bearer and a tenant. `tenant` and `role` are None where it does not lead there."""

    user: User
    tenant: Tenant | None
    role: Role | None
    writes: bool
    expires_at: datetime | None
    token: ApiToken | None = None

    @property
    def is_over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


# By digest: what is known of tokens is not a list of them.
_bearers = Known[tuple[str, str], Bearer](most=10_000)
_in_force = Known[None, frozenset[bytes]](most=1)


def find_bearer(text: str, slug: str) -> Bearer | None:
    """Who shows this text after `Bearer`; None where it is no token or JWT that is in force, of an active user.

    The user is the caller's to change. Raises KeysAway.
    """
    slug = slug[:LONGEST_SLUG]
    seen = _bearers.get((digest_of(text), slug), lambda: _read(text, slug))
    if seen is None:
        return None
    if seen.is_over:
        tell_refused("token" if seen.token else "jwt", "it has expired", user=seen.user, token=seen.token)
        return None
    if seen.token is not None:
        note_use(seen.token)
    return replace(seen, user=copy(seen.user))


def may_be_somebodys(text: str) -> bool:
    """Whether it is worth a query to find out whose token this is: by the digests of all that are in force, read now and then.

    Of a JWT its own signature says so before anything is asked.
    """
    shown = read_secret(text)
    if shown is None:
        return are_accepted() and text.count(".") == 2
    in_force = _in_force.get(None, _read_digests)
    return in_force is not None and bytes.fromhex(shown.digest) in in_force


def forget_bearers() -> None:
    _bearers.forget()
    _in_force.forget()


def forget_bearers_of_token(token: ApiToken) -> None:
    _bearers.forget(lambda _, seen: seen.token is not None and seen.token.pk == token.pk)
    _in_force.forget()


def forget_bearers_of_user(user: User) -> None:
    _bearers.forget(lambda _, seen: seen.user.pk == user.pk)
    _in_force.forget()


def _read(text: str, slug: str) -> Bearer | None:
    shown = read_secret(text)
    if shown is not None:
        return _read_token(shown, slug)
    return _read_jwt(text, slug) if are_accepted() and text.count(".") == 2 else None


def _read_digests() -> frozenset[bytes]:
    """10,000 of them take 50 ms and a megabyte."""
    digests = ApiToken.objects.in_force().filter(user__is_active=True).values_list("digest", flat=True)
    return frozenset(map(bytes.fromhex, digests.order_by()))


def _read_token(shown: Shown, slug: str) -> Bearer | None:
    names = [field.attname for field in ApiToken._meta.concrete_fields]
    found = read_standing(
        slug,
        columns=", ".join(f'k."{field.column}"' for field in ApiToken._meta.concrete_fields),
        source=f'"{ApiToken._meta.db_table}" k JOIN "{User._meta.db_table}" u ON u.id = k.user_id',
        where="k.public_id = %s",
        parameters=[shown.public_id],
    )
    if found is None:
        return None
    row, standing = found
    token = ApiToken.from_db("default", names, row)
    if not constant_time_compare(token.digest, shown.digest):
        return None
    if reason := _not_in_force(token, standing.user):
        tell_refused("token", reason, user=standing.user, token=token)
        return None
    return _confined(token, standing)


def _read_jwt(text: str, slug: str) -> Bearer | None:
    """The user of the e-mail address that the issuer has verified. It may all that the user may, until it expires."""
    try:
        claims = read_claims(text)
    except NotVerified as error:
        tell_refused("jwt", error.reason, email=error.email)
        return None
    standing = _standing_of(claims.email, slug)
    if standing is None and settings.JWT_CREATE_USERS:
        _make_user(claims)
        standing = _standing_of(claims.email, slug)
    if standing is None or not standing.user.is_active:
        reason = "nobody here has its e-mail address" if standing is None else "its user is not active"
        tell_refused("jwt", reason, user=standing.user if standing else None, email=claims.email)
        return None
    return Bearer(standing.user, standing.tenant, standing.role, writes=True, expires_at=claims.expires_at)


def _standing_of(email: str, slug: str) -> Standing | None:
    found = read_standing(
        slug, columns="u.id", source=f'"{User._meta.db_table}" u', where="u.email = %s", parameters=[email]
    )  # fmt: skip
    return found[1] if found is not None else None


def _make_user(claims: Claims) -> None:
    """Somebody new, who belongs to no tenant yet and has no password. Two calls at once make one."""
    User.objects.get_or_create(email=claims.email, defaults={"name": claims.name, "password": make_password(None)})


def _not_in_force(token: ApiToken, user: User) -> str:
    """Why it is not, in a few words; empty where it is."""
    if token.revoked_at is not None:
        return "it was revoked"
    if token.is_expired:
        return "it has expired"
    return "" if user.is_active else "its user is not active"


def _confined(token: ApiToken, standing: Standing) -> Bearer:
    """A token of one tenant leads to no other."""
    user, tenant, role = standing.user, standing.tenant, standing.role
    user.confined_to = token.tenant_id
    if tenant is not None and not user.may_reach(tenant):
        tenant = role = None
    writes = token.scope == TokenScope.WRITE
    return Bearer(user, tenant, role, writes=writes, expires_at=token.expires_at, token=token)
