"""Documents brought in one text, and what they would change."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.parts import Given, example
from api.schemas.sharing import Owner

FormatName = Literal["yaml", "json"]
TEXT = "dashboard: {name: Overview, panels: []}\nid: overview\n"
MARK = "5f2a0c9e7d3b4c1f8a6e0b9d2c4f7a13"


class Upload(Given):
    model_config = example(tenant_id="acme", text=TEXT)

    tenant_id: Owner | None = None
    text: Annotated[str, StringConstraints(max_length=1_000_000), Field(description="YAML or JSON: one document, or several.")]
    name: Annotated[
        str, StringConstraints(max_length=200), Field(description="Of the file: one document alone may have its id from it.")
    ] = ""
    confirm: Annotated[
        str | None, StringConstraints(max_length=100), Field(description="The `mark` of the report that is to be done.")
    ] = None


class UploadChange(BaseModel):
    act: Literal["create", "change"]
    kind: Literal["panel", "dashboard"]
    id: str
    lines: Annotated[list[str], Field(description="What differs, a field a line: `display.unit: percent → bytes`.")]
    note: Annotated[str | None, Field(description="What whoever confirms should know.")]


class UploadReport(BaseModel):
    model_config = example(
        mark=MARK,
        is_done=False,
        changes=[{"act": "create", "kind": "dashboard", "id": "overview", "lines": [], "note": None}],
        unchanged=0,
    )

    mark: str
    is_done: bool
    changes: list[UploadChange]
    unchanged: Annotated[int, Field(ge=0)]
