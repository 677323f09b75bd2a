"""Lists: `{"items": […], "count": n}`, a page of them by `limit` and `offset`."""

from collections.abc import Sequence
from typing import Annotated, Any

from ninja import Query

Limit = Annotated[int, Query(ge=1, le=1_000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


def page(items: Sequence[dict[str, Any]], limit: int, offset: int) -> dict[str, Any]:
    return {"items": list(items[offset : offset + limit]), "count": len(items)}
