"""Tokens are made and revoked here and nowhere else, so that none outlives its rules."""

from datetime import timedelta

from django.utils import timezone

from tenants.models import Tenant, User
from tenants.tokens.model import MOST_DAYS, ApiToken, TokenScope
from tenants.tokens.secret import digest_of, new_secret, read_secret

MOST_TOKENS = 100  # of one user at a time


class TokenRefused(Exception):
    """No such token is made. The sentence is for whoever asked for it."""


def make_token(
    user: User,
    *,
    name: str,
    scope: TokenScope,
    tenant: Tenant | None,
    days: int | None,
    calls_a_minute: int | None = None,
) -> tuple[ApiToken, str]:
    """A new token of the user's, and its secret: the only time that anybody has it. `days` None: it never expires.

    `calls_a_minute` None: as many as its user may.

    Raises TokenRefused.
    """
    _check(user, name, tenant, days)
    secret = new_secret()
    shown = read_secret(secret)
    assert shown is not None
    now = timezone.now()
    token = ApiToken.objects.create(
        public_id=shown.public_id,
        digest=digest_of(secret),
        user=user,
        tenant=tenant,
        name=name.strip(),
        scope=scope,
        calls_a_minute=calls_a_minute,
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    return token, secret


def revoke_token(token: ApiToken) -> None:
    """Nobody is let in by it again: at once, and where another process cannot be told, there within five seconds."""
    if token.revoked_at is not None:
        return
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])


def _check(user: User, name: str, tenant: Tenant | None, days: int | None) -> None:
    if not name.strip():
        raise TokenRefused("Give the token a name, so that you know it again.")
    if days is None and not user.is_platform_admin:
        raise TokenRefused("Only platform admins make tokens that never expire.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise TokenRefused(f"A token lasts from 1 to {MOST_DAYS} days.")
    if tenant is not None and not Tenant.objects.open_to(user).filter(pk=tenant.pk).exists():
        raise TokenRefused("You have no access to this tenant.")
    if ApiToken.objects.in_force().filter(user=user).count() >= MOST_TOKENS:
        raise TokenRefused(f"You have {MOST_TOKENS} tokens. Revoke one before you make another.")
