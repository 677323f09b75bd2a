"""Dashboards: panels in their places. The document is the same as in files."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from api.schemas.panels import Patch
from api.schemas.parts import Given, Page, Slug, example
from api.schemas.sharing import Kept, Owner, SharedWith, Version
from dashboards.document import DashboardDocument

BOARD = {
    "name": "Overview",
    "description": "How the servers are.",
    "folder": "Operations",
    "tags": ["servers"],
    "refresh_interval": 30,
    "time_range": "6h",
    "panels": [{"id": "cpu_usage", "position": {"row": 0, "col": 0, "width": 12, "height": 6}}],
}
Document = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-document": "dashboard", "examples": [BOARD]})]


class DashboardSummary(BaseModel):
    model_config = example(
        slug="overview", title="Overview", folder="Operations", tags=["servers"], panel_count=4, is_favorite=False,
        is_shared=True, version=3, updated_at="2026-11-21T12:40:05+00:00",
    )  # fmt: skip

    slug: str
    title: str
    folder: str
    tags: list[str]
    panel_count: Annotated[int, Field(ge=0)]
    is_favorite: bool
    is_shared: Annotated[bool, Field(description="Kept by the platform; false: the tenant's own.")]
    version: int
    updated_at: datetime


class DashboardPage(Page[DashboardSummary]):
    pass


class DashboardDetail(Kept):
    slug: str
    title: str
    folder: str
    tags: list[str]
    panel_count: Annotated[int, Field(ge=0)]
    is_favorite: bool
    is_shared: bool
    document: DashboardDocument


class NewDashboard(Given):
    model_config = example(tenant_id="acme", slug="overview", document=BOARD)

    tenant_id: Owner | None = None
    slug: Slug
    document: Document
    shared_with: SharedWith | None = None


class DashboardReplacement(Given):
    model_config = example(version=3, document=BOARD)

    version: Version | None = None
    document: Document
    shared_with: SharedWith | None = None


class DashboardChange(Given):
    """What is not named stays."""

    model_config = example(version=3, document={"name": "Servers"})

    version: Version | None = None
    document: Patch | None = None
    shared_with: SharedWith | None = None
