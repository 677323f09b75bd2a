"""What must be right before PanelDash starts, each a line that says what to do."""

import re
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections
from django.http.request import validate_host
from redis import Redis
from redis.exceptions import RedisError

from tenants.outbound.networks import Networks, NetworksInvalid

SHORTEST_SECRET = 32
LEAST = {
    "PANEL_TIMEOUT_MS": 100,
    "PANEL_ROW_LIMIT": 1,
    "PANEL_BYTE_LIMIT": 1_000,
    "EXPORT_ROW_LIMIT": 1,
    "EXPORT_TIMEOUT": 1,
    "TENANT_POOL_SIZE": 1,
    "TENANT_POOL_TOTAL": 1,
    "TENANT_SECONDS_A_MINUTE": 0,
    "API_RATE_DATA": 0,
    "API_RATE_DEAR": 0,
    "API_RATE_WRONG": 0,
    "AUDIT_RETENTION_DAYS": 30,
    "VERSIONS_KEPT": 1,
    "CACHE_BYTES": 1_000_000,
    "RESULT_BYTES": 1_000_000,
    "DRAWN_BYTES": 0,
    "JOB_RETENTION_DAYS": 1,
    "METRICS_TENANTS": 0,
    "METRICS_PANELS": 0,
}
FEWEST_DIFFERENT = 8
ORIGIN = re.compile(r"https?://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?")
SAMPLES = (
    "django-insecure-",
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "your-",
    "example",
    "insecure",
)


@register(Tags.security)
def check_secret_key(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.DEBUG or not _is_weak(settings.SECRET_KEY):
        return []
    hint = "Set SECRET_KEY to 50 random characters, or DEBUG=true on your own machine."
    return [Error("SECRET_KEY is empty, short or a known sample.", hint=hint, id="paneldash.E001")]


@register(Tags.security)
def check_credential_keys(app_configs: Any, **_: Any) -> list[CheckMessage]:
    keys = settings.TENANT_CREDENTIAL_KEYS
    if keys and not any(_is_weak(key) for key in keys):
        return []
    said = "A key in TENANT_CREDENTIAL_KEYS is short or a known sample." if keys else "TENANT_CREDENTIAL_KEYS is empty."
    hint = f"Give at least one key of {SHORTEST_SECRET} random characters; without it tenants' passwords cannot be read."
    return [Error(said, hint=hint, id="paneldash.E002")]


@register(Tags.security)
def check_metrics_token(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not settings.METRICS_TOKEN or not _is_weak(settings.METRICS_TOKEN):
        return []
    hint = f"Give {SHORTEST_SECRET} random characters, or none: then /metrics is open and has no names."
    return [Error("METRICS_TOKEN is short or a known sample.", hint=hint, id="paneldash.E010")]


@register(Tags.database)
def check_central_database(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    if "default" not in (databases or ()):
        return []
    try:
        connections["default"].ensure_connection()
    except DatabaseError as error:
        reason = _why_unreachable() or str(error).strip().splitlines()[0]
        hint = "Look at DATABASE_URL, or DB_HOST and its companions, and whether the server runs."
        return [Error(f"The central database cannot be reached: {reason}.", hint=hint, id="paneldash.E003")]
    return []


@register()
def check_limits(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """0 would mean none at all to PostgreSQL, and nobody anything to the pool; of budget and rates it does mean none."""
    return [
        Error(f"{name} is {getattr(settings, name)}: it must be {least} or more.", id="paneldash.E004")
        for name, least in LEAST.items()
        if getattr(settings, name) < least
    ]


@register(Tags.security)
def check_site_url(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not settings.SITE_URL:
        return []
    found = ORIGIN.fullmatch(settings.SITE_URL)
    if found is None:
        return [Error("SITE_URL must be http:// or https:// and a host, without a path.", id="paneldash.E005")]
    if not validate_host(found["host"].lower(), settings.ALLOWED_HOSTS):
        return [Error("SITE_URL names a host that is not one of ALLOWED_HOSTS.", id="paneldash.E005")]
    return []


@register()
def check_cache_url(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """The address is not repeated: there may be a password in it."""
    try:
        if settings.CACHE_URL:
            Redis.from_url(settings.CACHE_URL).connection_pool.make_connection()
    except (ValueError, TypeError, RedisError):
        hint = "Write redis://user:password@host:6379/0, rediss:// for TLS, or leave it empty for the central database."
        return [Error("CACHE_URL is not an address of a Redis.", hint=hint, id="paneldash.E006")]
    return []


@register(Tags.security)
def check_outbound(app_configs: Any, **_: Any) -> list[CheckMessage]:
    try:
        Networks.read(settings.OUTBOUND_NETWORKS, settings.OUTBOUND_PORTS)
    except NetworksInvalid as error:
        return [Error(f"OUTBOUND_NETWORKS or OUTBOUND_PORTS: {error}", id="paneldash.E011")]
    return []


@register(Tags.security)
def check_other_sites(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A pattern, or every site there is, is no configuration."""
    return [
        Error(f"CORS_ALLOWED_ORIGINS: {origin!r} must be http:// or https:// and a host, without a path.", id="paneldash.E007")
        for origin in settings.CORS_ALLOWED_ORIGINS
        if ORIGIN.fullmatch(origin) is None
    ]


@register(Tags.security)
def check_jwt(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not (settings.JWT_SECRET or settings.JWT_JWKS_URL):
        return []
    wrong = {
        "Set JWT_SECRET or JWT_JWKS_URL, not both: it says which algorithm counts.": settings.JWT_SECRET
        and settings.JWT_JWKS_URL,
        "JWT_ISSUER and JWT_AUDIENCE must be set where JWTs are accepted.": not (settings.JWT_ISSUER and settings.JWT_AUDIENCE),
        "JWT_SECRET is short or a known sample.": settings.JWT_SECRET and _is_weak(settings.JWT_SECRET),
        "JWT_JWKS_URL must be an https:// address.": settings.JWT_JWKS_URL and not _is_safe_address(settings.JWT_JWKS_URL),
    }
    return [Error(said, id="paneldash.E008") for said, is_so in wrong.items() if is_so]


def _is_safe_address(url: str) -> bool:
    """https; plain http while debugging, or to this machine where the installation allows that."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_local = settings.TENANT_ALLOW_LOCAL_HOSTS and parts.hostname in ("localhost", "127.0.0.1", "::1")
    schemes = {"https", "http"} if settings.DEBUG or is_local else {"https"}
    return parts.scheme in schemes and bool(parts.hostname) and parts.username is None


def refuse_unsafe_settings() -> None:
    """End the process with a line for each error that no request may meet."""
    checks = (
        check_secret_key,
        check_credential_keys,
        check_metrics_token,
        check_limits,
        check_site_url,
        check_cache_url,
        check_outbound,
        check_other_sites,
        check_jwt,
    )
    if errors := [error for check in checks for error in check(None)]:
        sys.exit("\n".join(f"{error.id}: {error.msg} {error.hint or ''}".strip() for error in errors))


def _why_unreachable() -> str:
    """What the server or the network says to a connection of its own; the pool knows only that it got none."""
    try:
        psycopg.connect(**connections["default"].get_connection_params()).close()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]
    return ""


def _is_weak(secret: str) -> bool:
    lower = secret.lower()
    return (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < FEWEST_DIFFERENT
        or any(lower.startswith(sample) for sample in SAMPLES)
    )
