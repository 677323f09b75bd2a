"""What there is to choose from, of a variable that is being written."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.models import Dashboard
from dashboards.variables.asking import asker_of
from dashboards.variables.definitions import Variable
from dashboards.variables.resolving import needed, resolve
from datasources.errors import SourceError
from datasources.timerange import TimeRange
from tenants.models import Tenant

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """The first options by their texts and how many there are, the value that it then has, or why there is none."""

    texts: tuple[str, ...] = ()
    count: int = 0
    is_cut: bool = False
    chosen: str = ""
    error: str = ""


def show_options(dashboard: Dashboard, tenant: Tenant, variables: Sequence[Variable], time_range: TimeRange) -> Shown:
    """Of the last of the variables; the others have their defaults."""
    last = variables[-1]
    found = resolve(needed(variables, [last.name]), {}, asker_of(dashboard, tenant, time_range))[last.name]
    if found.error is not None:
        detail = f" {found.error.detail}" if isinstance(found.error, SourceError) and found.error.detail else ""
        return Shown(error=f"{found.error}{detail}")
    items = found.options.items if found.options is not None else ()
    is_cut = found.options is not None and found.options.is_cut
    return Shown(tuple(option.label for option in items[:MOST_SHOWN]), len(items), is_cut, found.text)
