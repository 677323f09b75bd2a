"""Templates: what there is, what one needs, and what is made of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.parts import TEXT, Given, Name, Page, Slug, example
from api.schemas.sharing import Version

About = Annotated[str, StringConstraints(max_length=2_000, pattern=TEXT, strip_whitespace=True)]
Value = Annotated[str, StringConstraints(max_length=200, pattern=TEXT)]


class TemplateSummary(BaseModel):
    model_config = example(
        template_id="node", name="Node", about="A machine as the Prometheus node exporter sees it.", category="Machines",
        kind="dashboard", language="promql", owner="product", panel_count=8,
    )  # fmt: skip

    template_id: str
    name: str
    about: str
    category: str
    kind: Literal["panel", "dashboard"]
    language: Annotated[str, Field(description="`sql` or `promql`; empty where its panels ask in both, or nothing.")]
    owner: Annotated[Literal["product", "platform", "tenant"], Field(description="Who keeps it.")]
    panel_count: int


class TemplatePage(Page[TemplateSummary]):
    pass


class TemplateNeed(BaseModel):
    kind: Literal["metric", "table"]
    name: str
    about: str
    columns: Annotated[dict[str, str], Field(description="Of a table: each with its type.")]
    is_there: Annotated[bool | None, Field(description="null: nobody can tell now.")]
    lacking: Annotated[list[str], Field(description="Columns that a table does not have.")]


class TemplatePlaceholder(BaseModel):
    name: str
    label: str
    about: str
    default: str


class TemplateDetail(TemplateSummary):
    model_config = example(
        template_id="node", name="Node", about="A machine as the Prometheus node exporter sees it.", category="Machines",
        kind="dashboard", language="promql", owner="product", panel_count=8, placeholders=[], problem="", version=None,
        needs=[{"kind": "metric", "name": "node_load1", "about": "the load", "columns": {}, "is_there": True, "lacking": []}],
    )  # fmt: skip

    placeholders: list[TemplatePlaceholder]
    needs: list[TemplateNeed]
    version: Annotated[int | None, Field(description="Every change makes it larger; null: it comes with the product.")]
    problem: Annotated[str, Field(description="Why it cannot be told what is there.")]


class NewTemplate(Given):
    """Of a panel or of a dashboard, which is kept with its panels."""

    model_config = example(tenant_id="acme", dashboard="overview", name="Overview of a shop", about="", for_all=False)

    tenant_id: Annotated[Slug, Field(description="Where it is.")]
    panel_id: Slug | None = None
    dashboard: Slug | None = None
    name: Name
    about: About = ""
    for_all: Annotated[bool, Field(description="Of all tenants: platform admins.")] = False


class TemplateChange(Given):
    """What is not named stays."""

    model_config = example(version=3, name="Overview of a shop")

    version: Version | None = None
    name: Name | None = None
    about: About | None = None


class TemplateUse(Given):
    model_config = example(tenant_id="acme", name="Machines", source="tenant", values={"job": "node.*"}, dashboard=None)

    tenant_id: Annotated[Slug, Field(description="Whose it is to be.")]
    name: Annotated[Name | None, Field(description="Of the dashboard, or the panel's title. Without: as the template's.")] = None
    slug: Annotated[Slug | None, Field(description="The dashboard's id. Without: the first that is free.")] = None
    source: Annotated[Slug, Field(description="The data source; `tenant`: the default one.")] = "tenant"
    values: Annotated[dict[Slug, Value], Field(max_length=20, description="What fills the placeholders, by their names.")] = {}
    dashboard: Annotated[Slug | None, Field(description="Onto which dashboard a panel goes.")] = None


class TemplateMade(BaseModel):
    model_config = example(dashboard="node", panels=["node-cpu", "node-load"])

    dashboard: Annotated[str | None, Field(description="The dashboard's id; a new one is a draft.")]
    panels: Annotated[list[str], Field(description="The ids of the panels that were made.")]
