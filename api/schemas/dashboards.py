"""Dashboards: panels in their places. The document is the same as in files."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from api.schemas.panels import Patch
from api.schemas.parts import Given, Page, Slug, example
from api.schemas.sharing import Kept, Owner, SharedWith, Version
from dashboards.document import COLUMNS, DashboardDocument

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


StateName = Literal["draft", "published", "archived"]
State = Annotated[StateName, Field(description="A draft is for editors; an archived one is found only when asked for.")]
Private = Annotated[bool, Field(description="Only the caller sees it. Of a tenant's own.")]


class DashboardSummary(BaseModel):
    model_config = example(
        slug="overview", title="Overview", folder="Operations", tags=["servers"], panel_count=4, is_favorite=False,
        is_shared=True, state="published", is_private=False, version=3, updated_at="2026-11-21T12:40:05+00:00",
    )  # fmt: skip

    slug: str
    title: str
    folder: str
    tags: list[str]
    panel_count: Annotated[int, Field(ge=0)]
    is_favorite: Annotated[bool, Field(description="The caller's, in this tenant.")]
    is_shared: Annotated[bool, Field(description="Kept by the platform; false: the tenant's own.")]
    state: State
    is_private: Annotated[bool, Field(description="Nobody but the caller sees it.")]
    version: int
    updated_at: datetime


class Home(Given):
    model_config = example(dashboard="overview")

    dashboard: Annotated[Slug | None, Field(description="null: the list of dashboards.")]


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
    state: StateName
    is_private: bool
    document: DashboardDocument


class NewDashboard(Given):
    model_config = example(tenant_id="acme", slug="overview", document=BOARD)

    tenant_id: Owner | None = None
    slug: Slug
    document: Document
    state: State = "published"
    is_private: Private = False
    shared_with: SharedWith | None = None


class DashboardReplacement(Given):
    """`state` and `is_private` stay where they are not named."""

    model_config = example(version=3, document=BOARD)

    version: Version | None = None
    document: Document
    state: State | None = None
    is_private: Private | None = None
    shared_with: SharedWith | None = None


class DashboardChange(Given):
    """What is not named stays."""

    model_config = example(version=3, document={"name": "Servers"})

    version: Version | None = None
    document: Patch | None = None
    state: State | None = None
    is_private: Private | None = None
    shared_with: SharedWith | None = None


class PositionChange(Given):
    """On the grid of twelve columns. What is not named stays."""

    model_config = example(version=3, row=6, col=0, width=12)

    version: Version | None = None
    row: Annotated[int, Field(ge=0, le=10_000)] | None = None
    col: Annotated[int, Field(ge=0, lt=COLUMNS)] | None = None
    width: Annotated[int, Field(ge=1, le=COLUMNS)] | None = None
    height: Annotated[int, Field(ge=1, le=24)] | None = None
