"""Errors: always a sentence, and what a program needs to go on."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """What went wrong, in a sentence."""

    detail: str
    request_id: Annotated[str | None, Field(description="Of errors of the server's: it stands in the log too.")] = None


class FieldProblem(BaseModel):
    path: Annotated[str, Field(description="Where: `document.display.thresholds[1].value`.")]
    message: str


class Invalid(Problem):
    """Something that was sent is not valid. `errors` names each place where that is known."""

    errors: list[FieldProblem] | None = None


class Overtaken(Problem):
    """Somebody else has changed it meanwhile, or there is one already."""

    version: Annotated[int | None, Field(description="The version that is stored now.")] = None
    changed_by: Annotated[str | None, Field(description="Who was faster.")] = None
    changed_at: datetime | None = None


class TooLarge(Problem):
    """More than is answered at once."""

    rows: Annotated[int | None, Field(description="How many rows there are, as far as was counted.")] = None
    limit: Annotated[int | None, Field(description="How many there may be.")] = None
