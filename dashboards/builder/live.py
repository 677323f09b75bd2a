"""A panel as it would look on a dashboard, whether it stands there yet or not."""

import re
from dataclasses import replace

from django.urls import reverse

from dashboards.asking import Parameters, shared_state, with_query
from dashboards.document import COLUMNS
from dashboards.drawing import DrawnPanel
from dashboards.looking import looking_at
from dashboards.models import LENGTH_OF_TIME, Dashboard, Panel, Placement
from dashboards.places import Place
from tenants.access import TenantRequest


def draw_live(request: TenantRequest, dashboard: Dashboard, panel: Panel) -> DrawnPanel:
    """Drawn for the placement that the URL describes. It is asked for again at this same door."""
    own = _own_parameters(request)
    placement = Placement(
        dashboard=dashboard, panel_slug=panel.slug, width=int(str(own["width"])), time_range=str(own.get("time_range", ""))
    )
    drawn = looking_at(request, Place(dashboard, placement, panel, mark="")).drawn(request)
    where = {"tenant": request.tenant.slug, "dashboard": dashboard.slug, "panel": panel.slug}
    url = with_query(reverse("dashboard-edit-panel", kwargs=where), {**shared_state(request.GET), **own})
    section = replace(drawn.section, url=url, mark="")
    return replace(drawn, section=section, context={**drawn.context, "section": section})


def _own_parameters(request: TenantRequest) -> Parameters:
    """Width and range of the placement; what makes no sense is not there."""
    width, length = request.GET.get("width", ""), request.GET.get("time_range", "")
    is_width = re.fullmatch(r"[1-9][0-9]?", width) is not None and int(width) <= COLUMNS
    its: Parameters = {"width": width if is_width else str(COLUMNS)}
    return its | ({"time_range": length} if re.fullmatch(LENGTH_OF_TIME, length) else {})
