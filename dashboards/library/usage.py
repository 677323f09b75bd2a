"""On which dashboards a panel stands: asked before it is changed or deleted, for all of them show the change."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from dashboards.models import Dashboard, Panel
from dashboards.shared import own
from dashboards.viewer import Viewer

MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Usage:
    """`dashboards` are the first of `count`, by name."""

    dashboards: tuple[Dashboard, ...]
    count: int

    @property
    def unnamed(self) -> int:
        return self.count - len(self.dashboards)


def used_on(panel: Panel, viewer: Viewer) -> Usage:
    """The dashboards of a viewer's tenant that show the panel there; only those that the viewer sees. Two queries at most."""
    return _usage(Dashboard.objects.seen_by(viewer).filter(placements__panel_slug=panel.slug).select_related("tenant"))


def used_anywhere(panel: Panel) -> Usage:
    """The dashboards of all tenants that show the panel, for platform admins. Private ones are counted among them."""
    rows = Dashboard.objects.filter(placements__panel_slug=panel.slug).select_related("tenant")
    if panel.tenant is not None:
        return _usage(rows.filter(own(panel.tenant) | Dashboard.objects.shared_with_tenant(panel.tenant)))
    covered = Panel.objects.filter(scope=Panel.Scope.TENANT, slug=panel.slug).values("tenant")
    return _usage(rows.filter(~Q(scope=Dashboard.Scope.TENANT) | ~Q(tenant__in=covered)))


def _usage(rows: QuerySet[Dashboard]) -> Usage:
    first = tuple(rows.order_by("name", "slug")[: MOST_NAMED + 1])
    count = len(first) if len(first) <= MOST_NAMED else rows.count()
    return Usage(first[:MOST_NAMED], count)
