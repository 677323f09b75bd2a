"""The choices of a person, stored: each its own to make, whichever door it comes by."""

from collections.abc import Mapping
from typing import Any

from dashboards.models import Dashboard
from dashboards.viewer import Viewer
from tenants.access import find_tenant
from tenants.models import Tenant, User
from tenants.zones import ZONES

FIELDS = ("theme", "time_zone", "default_tenant", "home_dashboard", "refresh_seconds")


class NotPreferable(Exception):
    """A choice that cannot be. `field` is one of FIELDS; the message begins in the middle of a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def prefer(user: User, chosen: Mapping[str, Any]) -> None:
    """Store what is chosen, by name of FIELDS; what is not named stays. Raises NotPreferable, and then nothing is changed.

    A tenant must be one's own, and the home dashboard one that it has. With another tenant the home dashboard goes, unless
    one is chosen too.
    """
    wanted = {**{name: getattr(user, name) for name in FIELDS}, **chosen}
    if wanted["default_tenant"] != user.default_tenant and "home_dashboard" not in chosen:
        wanted["home_dashboard"] = ""
    _check(user, wanted, chosen)
    for name, value in wanted.items():
        setattr(user, name, value)
    user.save(update_fields=FIELDS)


def homes_of(user: User, tenant: Tenant | None) -> list[tuple[str, str]]:
    """The dashboards a person may begin with in a tenant, by id and name."""
    found = find_tenant(user, tenant.slug) if tenant is not None else None
    if found is None:
        return []
    listed = Dashboard.objects.listed_for(Viewer.named(user, *found))
    return list(listed.order_by("name", "slug").values_list("slug", "name"))


def _check(user: User, wanted: Mapping[str, Any], chosen: Mapping[str, Any]) -> None:
    zone, tenant, home = wanted["time_zone"], wanted["default_tenant"], wanted["home_dashboard"]
    if "time_zone" in chosen and zone and zone not in ZONES:
        raise NotPreferable("time_zone", "is not a time zone; use a name such as Europe/Paris")
    if "default_tenant" in chosen and tenant is not None and find_tenant(user, tenant.slug) is None:
        raise NotPreferable("default_tenant", "you have no access to this tenant")
    if "home_dashboard" in chosen and home:
        if tenant is None:
            raise NotPreferable("home_dashboard", "choose a default tenant first")
        if home not in dict(homes_of(user, tenant)):
            raise NotPreferable("home_dashboard", "the default tenant has no such dashboard")
