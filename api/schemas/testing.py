"""A panel tested on tenants: what is asked, and what each answers."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.schemas.panels import KPI, Document
from api.schemas.parts import Given, Slug, example


class DashboardTest(Given):
    model_config = example(sample=True, time_range="6h")

    sample: Annotated[bool, Field(description="On up to eight tenants that differ; false: on all that the caller edits.")] = True
    tenant_ids: Annotated[
        list[Slug] | None, Field(min_length=1, max_length=500, description="On these of them; `sample` is not asked then.")
    ] = None
    time_range: Annotated[
        Literal["15m", "1h", "6h", "24h", "7d", "30d"] | None,
        Field(description="How far back it looks. Without: as where the panel stands, or as the panel says, or 6h."),
    ] = None


class PanelTest(DashboardTest):
    model_config = example(sample=True, time_range="6h", document=KPI)

    document: Annotated[Document | None, Field(description="What is not saved yet; without: the panel as it is stored.")] = None


class TenantAnswer(BaseModel):
    tenant_id: str
    name: str
    outcome: Annotated[
        Literal["runs", "empty", "fails", "away"],
        Field(description="`empty`: it runs, and there are no rows. `away`: the tenant was not asked or could not be."),
    ]
    rows: int | None
    is_truncated: Annotated[bool, Field(description="There were more rows than a panel may have.")]
    ms: Annotated[float | None, Field(description="What the queries took in the database.")]
    cost: Annotated[float | None, Field(description="PostgreSQL's estimate for the dearest query, in its own units.")]
    error: Annotated[str, Field(description="A sentence.")]
    detail: Annotated[str, Field(description="The database's own words.")]


class PanelTested(BaseModel):
    """What is wrong first. Nothing is kept of it but the audit's events."""

    model_config = example(
        panel_id="orders_today", tenants=200, tested=1, runs_on=1, seconds=0.2,
        items=[{"tenant_id": "acme", "name": "Acme", "outcome": "runs", "rows": 1, "is_truncated": False, "ms": 3.2,
                "cost": 24.5, "error": "", "detail": ""}],
    )  # fmt: skip

    panel_id: str
    tenants: Annotated[int, Field(description="On how many the caller may test it.")]
    tested: Annotated[int, Field(description="How many of them were to be tested now.")]
    runs_on: int
    seconds: float
    items: list[TenantAnswer]


class PanelAnswer(TenantAnswer):
    panel_id: str
    panel: Annotated[str, Field(description="Its title.")]


class DashboardTested(BaseModel):
    """A panel on a tenant an item, what is wrong first. Nothing is kept of it but the audit's events."""

    model_config = example(
        slug="shop", panels=1, tenants=200, tested=1, runs=1, seconds=0.2,
        items=[{"tenant_id": "acme", "name": "Acme", "outcome": "runs", "rows": 1, "is_truncated": False, "ms": 3.2,
                "cost": 24.5, "error": "", "detail": "", "panel_id": "orders_today", "panel": "Orders of today"}],
    )  # fmt: skip

    slug: str
    panels: Annotated[int, Field(description="How many of its panels ask something.")]
    tenants: Annotated[int, Field(description="On how many the caller may test it.")]
    tested: Annotated[int, Field(description="On how many of them it was to be tested now.")]
    runs: Annotated[int, Field(description="How many of the items run.")]
    seconds: float
    items: list[PanelAnswer]
