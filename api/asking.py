"""What a program's call asks of a panel: the same as a page's URL, by the names that CONTRACT.md has for programs."""

from typing import Literal

from django.http import QueryDict
from ninja import Schema

from dashboards.asking import PageRange, make_ask, read_page, read_variables, zone_of
from dashboards.panels.base import Ask
from tenants.models import Tenant, User

RANGE = ("date_from", "date_to")


class PanelCall(Schema):
    """Beside these a call may give the panel's variables, `var-…`. With `fresh` the last result will not do."""

    tenant_id: str
    date_from: str = ""
    date_to: str = ""
    disable_aggregation: bool = False
    sort_column: str = ""
    sort_order: Literal["asc", "desc"] = "asc"
    page: str = "1"
    fresh: bool = False

    def ask(self, query: QueryDict, user: User, tenant: Tenant) -> Ask:
        """Times are read and shown in the caller's zone. Raises BadRequest with a sentence that names the parameter."""
        zone = zone_of(QueryDict(), user, tenant)
        return make_ask(
            PageRange.between(self.date_from, self.date_to, zone, names=RANGE),
            tenant,
            read_variables(query),
            page=read_page(self.page),
            sort=self.sort_column or None,
            descending=self.sort_order == "desc",
            disable_aggregation=self.disable_aggregation,
        )
