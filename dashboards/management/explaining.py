"""`manage.py panels explain`: which panel, where it stands and what it is asked, from a command's arguments."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError
from django.http import QueryDict

from dashboards.asking import PageRange, read_ask
from dashboards.explain import explain_panel
from dashboards.models import Dashboard, Panel
from dashboards.panels.base import BadRequest
from dashboards.places import find_place
from dashboards.read import read_panel
from dashboards.unavailable import PanelUnavailable
from dashboards.variables.asking import with_variables
from datasources.explained import Explained
from tenants.models import Role, Tenant

DEFAULT_RANGE = "6h"


def explain(
    tenant: Tenant, slug: str, *, dashboard: str | None, start: str, stop: str, variables: Sequence[str]
) -> dict[str, Explained]:
    """A tenant's panel, on one of its dashboards or by itself, over a range. Raises CommandError."""
    panel, own_range, board = _find(tenant, slug, dashboard)
    zone = ZoneInfo(tenant.time_zone)
    asked = PageRange.between(start, stop, zone) if start or stop else PageRange.between(f"now-{own_range}", "now", zone)
    try:
        ask = read_ask(_query(variables), asked, tenant)
        if board is not None:
            ask = with_variables(ask, board, tenant, read_panel(panel).names)
        return explain_panel(tenant, panel, ask)
    except BadRequest as error:
        raise CommandError(str(error)) from error
    except PanelUnavailable as error:
        raise CommandError(" ".join(f"{error.told_to(Role.ADMIN)} {error.detail}".split())) from error


def _find(tenant: Tenant, slug: str, dashboard: str | None) -> tuple[Panel, str, Dashboard | None]:
    """The panel, how far back it looks there by itself, and the dashboard it stands on."""
    if dashboard is None:
        panel = Panel.objects.find(tenant, slug)
        if panel is None:
            raise CommandError(f"{tenant.slug} has no panel “{slug}”.")
        return panel, panel.time_range or DEFAULT_RANGE, None
    place = find_place(tenant, dashboard, slug, viewer=None)
    if place is None:
        raise CommandError(f"{tenant.slug} has no dashboard “{dashboard}” with a panel “{slug}”.")
    return place.panel, place.time_range, place.dashboard


def _query(variables: Sequence[str]) -> QueryDict:
    query = QueryDict(mutable=True)
    for variable in variables:
        name, sign, value = variable.partition("=")
        if not sign:
            raise CommandError(f"--var takes a name and a value: --var {name}=….")
        query.appendlist(f"var-{name}", value)
    return query
