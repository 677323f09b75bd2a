"""Lists: `{"items": […], "count": n}`, a page of them by `limit` and `offset`, sorted and searched in SQL."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from django.db import models
from django.db.models import F
from ninja import Query
from pydantic import BaseModel, Field, StringConstraints

from api.schemas.parts import TEXT

Limit = Annotated[int, Query(ge=1, le=1_000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Row = TypeVar("Row", bound=models.Model)


class ListQuery(BaseModel):
    """What every list takes. A list names in its own `sort` what it can be sorted by."""

    q: Annotated[str, StringConstraints(max_length=200, pattern=TEXT), Field(description="A part of a name or an id.")] = ""
    order: Literal["asc", "desc"] = "asc"
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def listed(
    rows: models.QuerySet[Row], query: ListQuery, *, by: str, then: str, told: Callable[[Row], dict[str, Any]]
) -> dict[str, Any]:
    """A page of `rows`, sorted by the field `by`, those alike by `then`, which no two have in common. Two queries."""
    sorted_by = F(by).desc(nulls_last=True) if query.order == "desc" else F(by).asc(nulls_last=True)
    ordered = rows.order_by(sorted_by, then)
    page = ordered[query.offset : query.offset + query.limit]
    return {"items": [told(row) for row in page], "count": rows.order_by().count()}
