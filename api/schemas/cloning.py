"""What a copy is to be."""

from typing import Annotated

from pydantic import Field

from api.schemas.parts import Given, Name, Slug, example

Into = Annotated[Slug | None, Field(description="Whose it is to be; without: the tenant it is cloned from.")]


class PanelClone(Given):
    model_config = example(tenant_id="globex", panel_id="cpu_usage", title="CPU usage")

    tenant_id: Into = None
    panel_id: Slug
    title: Annotated[Name | None, Field(description="Without: that of the original.")] = None


class DashboardClone(Given):
    model_config = example(tenant_id="globex", slug="overview", title="Overview", with_panels=True)

    tenant_id: Into = None
    slug: Slug
    title: Annotated[Name | None, Field(description="Without: that of the original.")] = None
    with_panels: Annotated[bool, Field(description="Panels of its own; without it shows the same ones, by their ids.")] = False
