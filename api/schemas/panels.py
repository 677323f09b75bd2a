"""Panel definitions. The document is that of docs/panels.md; its own model validates it, here as everywhere."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from api.schemas.parts import Given, Page, Slug, example
from api.schemas.sharing import Kept, Owner, SharedWith, Version

KPI = {
    "type": "kpi",
    "title": "Orders today",
    "data_source": {"table": "orders", "columns": {"value": "id"}, "aggregate": "count"},
    "display": {"decimals": 0},
}
Document = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-document": "panel", "examples": [KPI]})]
Patch = Annotated[dict[str, Any], Field(description="What changes, as in a JSON merge patch (RFC 7396): null takes away.")]


class PanelSummary(BaseModel):
    model_config = example(
        panel_id="cpu_usage", panel_type="timeseries", title="CPU usage by server", is_shared=True, version=3,
        updated_at="2026-11-21T12:40:05+00:00",
    )  # fmt: skip

    panel_id: str
    panel_type: str
    title: str
    is_shared: Annotated[bool, Field(description="Kept by the platform; false: the tenant's own.")]
    version: int
    updated_at: datetime


class PanelPage(Page[PanelSummary]):
    pass


class PanelDetail(Kept):
    panel_id: str
    panel_type: str
    title: str
    description: str
    is_shared: bool
    document: Annotated[dict[str, Any] | None, Field(description="For editors: it names tables and holds SQL.")]


class UsingDashboard(BaseModel):
    model_config = example(slug="overview", title="Overview", tenant_id=None)

    slug: str
    title: str
    tenant_id: Annotated[str | None, Field(description="Whose it is; null: it is shared.")]


class PanelUsage(Page[UsingDashboard]):
    """The first 50 by name; `count` is of all."""


class NewPanel(Given):
    model_config = example(tenant_id="acme", panel_id="orders_today", document=KPI)

    tenant_id: Owner | None = None
    panel_id: Slug
    document: Document
    shared_with: SharedWith | None = None


class PanelReplacement(Given):
    model_config = example(version=3, document=KPI)

    version: Version | None = None
    document: Document
    shared_with: SharedWith | None = None


class PanelChange(Given):
    """What is not named stays."""

    model_config = example(version=3, document={"title": "Orders of this day"})

    version: Version | None = None
    document: Patch | None = None
    shared_with: SharedWith | None = None
