"""The caller: who it is, and what it prefers. What is chosen is one's own: a tenant one belongs to, a dashboard it has."""

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError

from api.access import own_tenant
from api.callers import user_of
from api.description import problems
from api.errors import NotValid
from api.schemas.preferences import Me, MeChange, Preferences, PreferencesChange
from dashboards.panels.document import DocumentError
from dashboards.preferences.choosing import NotPreferable, prefer
from tenants.models import User
from tenants.user import Theme

router = Router(tags=["me"])

# What the API calls a field of the user's.
FIELDS = {
    "theme": "theme",
    "time_zone": "time_zone",
    "default_tenant_id": "default_tenant",
    "home_dashboard": "home_dashboard",
    "refresh": "refresh_seconds",
}
NAMES = {field: name for name, field in FIELDS.items()}


@router.get("/me", response=Me, operation_id="read_me", openapi_extra=problems())
def read_me(request: HttpRequest) -> dict[str, Any]:
    """Who calls."""
    return _me(user_of(request))


@router.patch("/me", response=Me, operation_id="change_me", openapi_extra=problems())
def change_me(request: HttpRequest, body: MeChange) -> dict[str, Any]:
    """Change one's own name."""
    user = _whole(request)
    user.name = body.name
    user.save(update_fields=["name"])
    return _me(user)


@router.get("/me/preferences", response=Preferences, operation_id="read_preferences", openapi_extra=problems())
def read_preferences(request: HttpRequest) -> dict[str, Any]:
    """What the caller prefers."""
    return _preferences(user_of(request))


@router.patch("/me/preferences", response=Preferences, operation_id="change_preferences", openapi_extra=problems())
def change_preferences(request: HttpRequest, body: PreferencesChange) -> dict[str, Any]:
    """Change what is named. A tenant must be one's own, and the home dashboard one that the default tenant has."""
    user = _whole(request)
    try:
        prefer(user, {FIELDS[name]: _stored(user, name, value) for name, value in body.model_dump(exclude_unset=True).items()})
    except NotPreferable as error:
        raise NotValid([DocumentError(NAMES[error.field], str(error))]) from error
    return _preferences(user)


def _stored(user: User, name: str, value: Any) -> Any:
    """A choice as it is stored; one that is taken back is null here and empty there."""
    match name:
        case "theme":
            return Theme.SYSTEM if value == "system" else Theme(value)
        case "default_tenant_id":
            return own_tenant(user, value)
        case "time_zone" | "home_dashboard":
            return value or ""
    return value


def _whole(request: HttpRequest) -> User:
    """The caller as a person; a token of one tenant is not let at the account."""
    user = user_of(request)
    if user.confined_to is not None:
        raise HttpError(403, "A token of one tenant does not change the account.")
    return user


def _me(user: User) -> dict[str, Any]:
    facts = {"user_id": user.pk, "email": user.email, "name": user.name, "is_platform_admin": user.is_platform_admin}
    return {**facts, "preferences": _preferences(user)}


def _preferences(user: User) -> dict[str, Any]:
    tenant = user.default_tenant
    if tenant is not None and not user.may_reach(tenant):
        tenant = None
    return {
        "theme": user.theme or "system",
        "time_zone": user.time_zone,
        "default_tenant_id": tenant.slug if tenant else None,
        "home_dashboard": user.home_dashboard or None if tenant else None,
        "refresh": user.refresh_seconds,
    }
