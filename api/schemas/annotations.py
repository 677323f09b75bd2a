"""Annotations: what happened when, on a dashboard's charts."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from api.schemas.parts import PLAIN, TEXT, Given, Page, Slug, example
from dashboards.annotations.model import LONGEST_TAG, LONGEST_TEXT, MOST_TAGS
from datasources.timerange import EARLIEST, LATEST

Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, pattern=TEXT, strip_whitespace=True)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TAG, pattern=PLAIN, strip_whitespace=True)]
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS)]


def _every_clock_has_it(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"must be between the years {EARLIEST.year} and {LATEST.year}")
    return moment.astimezone(UTC)  # ISO 8601 allows offsets that PostgreSQL does not know


Moment = Annotated[AwareDatetime, AfterValidator(_every_clock_has_it)]


class AnnotationDetail(BaseModel):
    model_config = example(
        id=12, panel_id=None, start="2026-11-21T12:40:05+00:00", stop=None, text="Release 4.2", tags=["release"],
        made_by="ada@example.com", created_at="2026-11-21T12:40:06+00:00", updated_at="2026-11-21T12:40:06+00:00",
    )  # fmt: skip

    id: int
    panel_id: Annotated[str | None, Field(description="The one panel it stands on; null: all of them.")]
    start: datetime
    stop: Annotated[datetime | None, Field(description="null: a moment.")]
    text: str
    tags: list[str]
    made_by: str
    created_at: datetime
    updated_at: datetime


class AnnotationPage(Page[AnnotationDetail]):
    pass


class NewAnnotation(Given):
    """Without `start` it is now."""

    model_config = example(text="Release 4.2", tags=["release"])

    text: Text
    start: Moment | None = None
    stop: Moment | None = None
    tags: Tags = []
    panel_id: Slug | None = None


class AnnotationChange(Given):
    """What is not named stays."""

    model_config = example(stop="2026-11-21T12:55:00+00:00")

    text: Text | None = None
    start: Moment | None = None
    stop: Moment | None = None
    tags: Tags | None = None
