"""Panels put onto a dashboard below all that stands there."""

from collections.abc import Sequence

from dashboards.document import MOST_PANELS
from dashboards.models import Dashboard, Placement
from dashboards.panels.document import DocumentError, DocumentInvalid


def place_below(dashboard: Dashboard, panels: Sequence[tuple[str, int, int]]) -> None:
    """Each by its id, width and height, one below the other. Raises DocumentInvalid where they would be too many."""
    there = list(dashboard.placements.all())
    if len(there) + len(panels) > MOST_PANELS:
        raise DocumentInvalid(DocumentError("panels", f"a dashboard has at most {MOST_PANELS} panels"))
    row = max((one.row + one.height for one in there), default=0)
    for slug, width, height in panels:
        Placement.objects.create(dashboard=dashboard, panel_slug=slug, row=row, width=width, height=height)
        row += height
