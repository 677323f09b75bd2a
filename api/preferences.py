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
from dashboards.models import Dashboard
from dashboards.panels.document import DocumentError
from dashboards.viewer import Viewer
from tenants.access import find_tenant
from tenants.models import Theme, User
from tenants.zones import ZONES

router = Router(tags=["me"])


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
    user, named = _whole(request), body.model_fields_set
    if "theme" in named:
        user.theme = Theme.SYSTEM if body.theme == "system" else Theme(body.theme)
    if "time_zone" in named:
        user.time_zone = _zone(body.time_zone or "")
    if "default_tenant_id" in named:
        user.default_tenant = own_tenant(user, body.default_tenant_id)
        user.home_dashboard = ""
    if "home_dashboard" in named:
        user.home_dashboard = _home(user, body.home_dashboard)
    if "refresh" in named:
        user.refresh_seconds = body.refresh
    user.save(update_fields=["theme", "time_zone", "default_tenant", "home_dashboard", "refresh_seconds"])
    return _preferences(user)


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


def _zone(name: str) -> str:
    if name and name not in ZONES:
        raise NotValid([DocumentError("time_zone", "is not a time zone; use a name such as Europe/Paris")])
    return name


def _home(user: User, slug: str | None) -> str:
    if slug is None:
        return ""
    found = find_tenant(user, user.default_tenant.slug) if user.default_tenant else None
    if found is None:
        raise NotValid([DocumentError("home_dashboard", "choose a default tenant first")])
    if not Dashboard.objects.listed_for(Viewer.named(user, *found)).filter(slug=slug).exists():
        raise NotValid([DocumentError("home_dashboard", "the default tenant has no such dashboard")])
    return slug
