"""The panels of a dashboard as they are tested on many tenants: each as it is here, and as far back as it looks there."""

from collections.abc import Iterable

from audit.recording import Thing
from dashboards.models import Dashboard, Panel, Placement, Shared, SharedQuerySet
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import QueryDocument
from dashboards.testing.parts import Part
from tenants.models import User

USUAL = "6h"
ASKS_NOTHING = "No panel of this dashboard asks anything."


def parts_of(board: Dashboard, panels: SharedQuerySet[Panel], length: str, *, by: User) -> list[Part]:
    """The board's panels, of those there are, that ask something; in reading order. `length`: so far back all of them.

    What is shared with chosen tenants runs there only, as of a panel by itself.
    """
    places = {place.panel_slug: place for place in board.placements.order_by("row", "col")}
    rows = {panel.slug: panel for panel in panels.filter(slug__in=list(places)) if _asks(panel)}
    only = {} if by.is_platform_admin else _only(rows.values())
    found = [(place, rows[slug]) for slug, place in places.items() if slug in rows]
    return [Part(panel, length or _range(place, panel, board), Thing.of(panel), only.get(panel.pk)) for place, panel in found]


def _range(place: Placement, panel: Panel, board: Dashboard) -> str:
    """How far back it looks there."""
    return place.time_range or panel.time_range or board.time_range or USUAL


def _asks(panel: Panel) -> bool:
    kind = PANEL_TYPES.get(panel.panel_type)
    return kind is None or issubclass(kind.document, QueryDocument)


def _only(panels: Iterable[Panel]) -> dict[int, frozenset[int]]:
    """The tenants of those that are shared with chosen ones."""
    chosen: dict[int, set[int]] = {panel.pk: set() for panel in panels if panel.scope == Shared.Scope.CHOSEN}
    through = Panel.shared_with.through.objects.filter(panel__in=chosen)
    for panel_id, tenant_id in through.values_list("panel_id", "tenant_id"):
        chosen[panel_id].add(tenant_id)
    return {panel_id: frozenset(tenants) for panel_id, tenants in chosen.items()}
