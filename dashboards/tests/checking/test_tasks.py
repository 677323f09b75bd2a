"""The nightly check."""

from typing import Any

from dashboards.models import Check, Panel
from dashboards.tasks import check_panels


def test_every_panel_is_checked_at_night(shops: Any, panels: dict[str, Panel]) -> None:
    check_panels()
    assert Check.objects.filter(tenant=shops[1]).count() == len(panels)
