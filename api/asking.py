"""What a program's call asks of a panel: the same as a page's URL, by the names that CONTRACT.md has for programs."""

from typing import Annotated, Literal

from django.http import QueryDict
from ninja import Schema
from ninja.errors import HttpError
from pydantic import Field

from dashboards.asking import PageRange, make_ask, read_page, read_variables, zone_of
from dashboards.models import Panel
from dashboards.panels.base import Ask
from dashboards.places import find_panel, find_place
from dashboards.read import read_panel
from dashboards.variables.asking import with_variables
from dashboards.viewer import Viewer
from tenants.models import Tenant, User

RANGE = ("date_from", "date_to")
WHEN = "`now-6h`, `now-1d/d`, ISO 8601 or epoch milliseconds; without: open at this end."


class PanelCall(Schema):
    """Beside these a call may give the panel's variables, `var-…`."""

    tenant_id: str
    dashboard: Annotated[str, Field(description="On which it stands: whose variables then have their options and defaults.")] = ""
    date_from: Annotated[str, Field(description=WHEN)] = ""
    date_to: Annotated[str, Field(description=WHEN)] = ""
    disable_aggregation: bool = False
    sort_column: Annotated[str, Field(description="A column of a table.")] = ""
    sort_order: Literal["asc", "desc"] = "asc"

    def asked(self, query: QueryDict, user: User, viewer: Viewer, panel_id: str, *, page: str = "1") -> tuple[Panel, Ask]:
        """The panel, and what is asked of it. Raises HttpError where there is none, BadRequest, PanelUnavailable."""
        tenant = viewer.tenant
        ask = self._ask(query, user, tenant, page=page)
        if not self.dashboard:
            panel = find_panel(tenant, panel_id)
            if panel is None:
                raise HttpError(404, "This tenant has no such panel.")
            return panel, ask
        place = find_place(tenant, self.dashboard, panel_id, viewer=viewer)
        if place is None:
            raise HttpError(404, "This tenant has no such panel on such a dashboard.")
        return place.panel, with_variables(ask, place.dashboard, tenant, read_panel(place.panel).names)

    def _ask(self, query: QueryDict, user: User, tenant: Tenant, *, page: str) -> Ask:
        """Times are read and shown in the caller's zone. Raises BadRequest with a sentence that names the parameter."""
        zone = zone_of(QueryDict(), user, tenant)
        return make_ask(
            PageRange.between(self.date_from, self.date_to, zone, names=RANGE),
            tenant,
            read_variables(query),
            page=read_page(page),
            sort=self.sort_column or None,
            descending=self.sort_order == "desc",
            disable_aggregation=self.disable_aggregation,
        )
