"""Shared panels in PromQL that ask by a dashboard's variable which tenant looks: elsewhere an address says what it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboards.models import Panel, Placement
from dashboards.panels.document import DocumentInvalid, read_document
from dashboards.variables.definitions import TenantVariable, Variable, stored_variables
from datasources import promql


@dataclass(frozen=True, slots=True)
class Loose:
    """On that dashboard alone the names stand for the tenant."""

    panel: str
    dashboard: str
    names: tuple[str, ...]

    @property
    def sentence(self) -> str:
        named = ", ".join(f"${name}" for name in self.names)
        return (
            f"panel {self.panel}: {named} stands for the tenant on the dashboard {self.dashboard} alone; "
            "$__tenant is the id of the tenant who looks, always"
        )


def loose_in(texts: Iterable[str], variables: Iterable[Variable]) -> tuple[str, ...]:
    """The variables of a dashboard that stand for the tenant, of those that PromQL names."""
    of_tenant = {one.name for one in variables if isinstance(one, TenantVariable)}
    return tuple(sorted(of_tenant & {name for text in texts for name in promql.variables_in(text)}))


def loose_panels(panels: Iterable[Panel]) -> list[Loose]:
    """Of these panels those that are shared and ask so, with the dashboard where each stands, in 2 queries."""
    asked = {panel.slug: texts for panel in panels if panel.is_shared and (texts := _promql_of(panel))}
    covered = set(Panel.objects.filter(tenant__isnull=False, slug__in=asked).values_list("tenant_id", "slug"))
    placed = Placement.objects.filter(panel_slug__in=asked).select_related("dashboard").order_by("panel_slug", "dashboard__slug")
    uncovered = [one for one in placed if (one.dashboard.tenant_id, one.panel_slug) not in covered]
    return list(dict.fromkeys(_loose(asked, uncovered)))


def _loose(asked: Mapping[str, Sequence[str]], placed: Iterable[Placement]) -> Iterator[Loose]:
    for one in placed:
        if names := loose_in(asked[one.panel_slug], stored_variables(one.dashboard.variables)):
            yield Loose(one.panel_slug, one.dashboard.slug, names)


def _promql_of(panel: Panel) -> list[str]:
    """Nothing of a document that is not valid any more: the check itself says so."""
    try:
        source = read_document(panel.document).data_source
    except DocumentInvalid:
        return []
    return [part.promql for part in source.parts] if source is not None else []
