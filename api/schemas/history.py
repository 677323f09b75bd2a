"""Versions of panels and dashboards, and what differs between two of them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.schemas.parts import Given, Page, example
from api.schemas.sharing import Version

Number = Annotated[int, Field(ge=1, le=2_147_483_647)]


class VersionSummary(BaseModel):
    model_config = example(
        version=3, changed_at="2026-11-21T12:40:05+00:00", changed_by="ada@example.com", changed_through="API", is_current=False
    )

    version: int
    changed_at: datetime
    changed_by: Annotated[str | None, Field(description="A person's address, or the name of a command.")]
    changed_through: Annotated[str, Field(description="The door it came by: `API`, `admin`, `restoring version 2`.")]
    is_current: bool


class VersionPage(Page[VersionSummary]):
    pass


class VersionDetail(VersionSummary):
    document: dict[str, Any]


class FieldDifference(BaseModel):
    path: Annotated[str, Field(examples=["display.unit"])]
    before: Annotated[Any, Field(description="null where it was not there, or was null.")]
    after: Any
    text: Annotated[str, Field(description="For people.", examples=["display.unit: percent → bytes"])]


class Differences(BaseModel):
    """What makes `to` of `version`."""

    model_config = example(
        version=3,
        to=4,
        items=[{"path": "display.unit", "before": "percent", "after": "bytes", "text": "display.unit: percent → bytes"}],
    )

    version: int
    to: int
    items: list[FieldDifference]


class Restoring(Given):
    model_config = example(restore=3, version=7)

    restore: Annotated[Number, Field(description="The version whose document is to be the next one.")]
    version: Version | None = None
