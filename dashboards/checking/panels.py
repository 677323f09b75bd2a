"""The panels that each tenant has, read once for all tenants, and the queries that a check plans."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboards.asking import PageRange
from dashboards.checks import unset
from dashboards.models import Panel, Placement, Shared
from dashboards.panels.base import Ask
from dashboards.read import ReadPanel
from datasources.timerange import LETTER_SECONDS
from tenants.models import Tenant

DEFAULT_RANGE = "6h"


@dataclass(frozen=True, slots=True)
class Panels:
    """All panels there are, and how far back each looks at most."""

    to_all: Mapping[str, Panel]
    chosen: Mapping[int, Mapping[str, Panel]]
    own: Mapping[int, Mapping[str, Panel]]
    ranges: Mapping[str, str]

    def of(self, tenant: Tenant) -> list[Panel]:
        """As `Panel.objects.nearest`: the tenant's own wins over what is shared."""
        mine = {**self.to_all, **self.chosen.get(tenant.pk, {}), **self.own.get(tenant.pk, {})}
        return [mine[slug] for slug in sorted(mine)]

    def range_of(self, panel: Panel) -> str:
        return self.ranges.get(panel.slug) or panel.time_range or DEFAULT_RANGE


def read_panels(slug: str | None = None) -> Panels:
    """All panels, or those of one id, in 3 queries."""
    rows = Panel.objects.all() if slug is None else Panel.objects.filter(slug=slug)
    by_id = {panel.pk: panel for panel in rows}
    chosen: dict[int, dict[str, Panel]] = {}
    for panel_id, tenant_id in Panel.shared_with.through.objects.values_list("panel_id", "tenant_id"):
        panel = by_id.get(panel_id)
        if panel is not None and panel.scope == Shared.Scope.CHOSEN:
            chosen.setdefault(tenant_id, {})[panel.slug] = panel
    own: dict[int, dict[str, Panel]] = {}
    for panel in by_id.values():
        if panel.tenant_id is not None:
            own.setdefault(panel.tenant_id, {})[panel.slug] = panel
    to_all = {panel.slug: panel for panel in by_id.values() if panel.scope == Shared.Scope.ALL}
    return Panels(to_all, chosen, own, _ranges(by_id.values()))


def ask_of(read: ReadPanel, tenant: Tenant, length: str) -> Ask:
    """What is asked of the panel over its range up to now. A variable that only a page would give has no value."""
    zone = ZoneInfo(tenant.time_zone)
    return Ask(
        time_range=PageRange.between(f"now-{length}", "now", zone).read(),
        variables=unset(read.document),
        zone=zone,
        tenant_zone=zone,
        now=datetime.now(UTC),
    )


def _ranges(panels: Iterable[Panel]) -> dict[str, str]:
    """The longest range in which a dashboard shows a panel, by the panel's id."""
    own = {panel.slug: panel.time_range for panel in panels}
    found: dict[str, str] = {}
    for slug, placed, board in Placement.objects.values_list("panel_slug", "time_range", "dashboard__time_range"):
        length = placed or own.get(slug) or board
        found[slug] = max(found.get(slug, length), length, key=_seconds)
    return found


def _seconds(length: str) -> int:
    return int(length[:-1]) * LETTER_SECONDS.get(length[-1:], 0) if length[:-1].isascii() and length[:-1].isdigit() else 0
