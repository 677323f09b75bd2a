"""What is asked of a panel, with the values that its dashboard's variables have for it."""

from collections.abc import Collection

from audit.recording import Thing
from dashboards.models import Dashboard
from dashboards.panels.base import Ask
from dashboards.unavailable import PanelUnavailable, unavailable
from dashboards.variables.definitions import DataSourceVariable, stored_variables
from dashboards.variables.options import Asker
from dashboards.variables.resolving import NotOffered, Resolved, needed, resolve
from datasources.timerange import TimeRange
from tenants.models import Tenant

EVERY = "__all_variables"  # in a link, all that the page has


def with_variables(ask: Ask, dashboard: Dashboard, tenant: Tenant, names: Collection[str]) -> Ask:
    """The ask with the values of the variables that a panel names, and of no others that the dashboard has.

    Options are shared results: no query where they are known. Raises PanelUnavailable where a value cannot be had, or may
    not be.
    """
    variables = stored_variables(dashboard.variables)
    if not variables:
        return ask
    own = {variable.name for variable in variables}
    if EVERY in names:
        names = own
    found = resolve(needed(variables, names), ask.variables, asker_of(dashboard, tenant, ask.time_range))
    resolved = [one for name, one in found.items() if name in names]
    for one in resolved:
        _check(one)
    values = {name: value for name, value in ask.variables.items() if name not in own}
    values |= {one.variable.name: one.value for one in resolved if one.value is not None}
    known = [one.variable for one in resolved]
    offered = frozenset(one.name for one in known if dashboard.is_shared or isinstance(one, DataSourceVariable))
    return ask.replaced(variables=values, texts={one.variable.name: one.text for one in resolved}, offered=offered)


def asker_of(dashboard: Dashboard, tenant: Tenant, time_range: TimeRange, *, known_only: bool = False) -> Asker:
    return Asker(tenant, Thing.of(dashboard), dashboard.is_shared, time_range, known_only)


def _check(one: Resolved) -> None:
    """A value that cannot be checked now is taken as it is: it is bound wherever it goes."""
    if isinstance(one.error, NotOffered):
        raise PanelUnavailable(str(one.error), status=422)
    if one.error is not None and one.value is None:
        raise unavailable(one.error) from one.error
