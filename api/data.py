"""A panel's data, as CONTRACT.md promises it."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from ninja import Query, Router
from pydantic import Field

from api.asking import PanelCall
from api.callers import user_of
from api.description import problems, ref_to
from api.doors import api, viewer_in
from api.schemas.data import EXAMPLE, PanelData
from dashboards.models import Panel
from dashboards.refresh import Refreshed, refresh_panel
from tenants.models import Role

router = Router(tags=["data"])

SHOWN = {"schema": ref_to(PanelData), "examples": {"chart": {"value": EXAMPLE}}}
ANSWERS: dict[Any, Any] = {
    200: {
        "description": "What the panel shows.",
        "content": {"application/json": SHOWN},
        "headers": {
            "Age": {"description": "Of the last result, in seconds.", "schema": {"type": "integer"}},
            "X-Stale": {"description": "Why it is the last result.", "schema": {"enum": ["unreachable", "busy", "budget"]}},
        },
    },
    304: {"description": "Nothing has changed."},
}
DESCRIBED = {"responses": {**problems(404, 504)["responses"], **ANSWERS}}


class DataCall(PanelCall):
    page: Annotated[str, Field(description="Of a table.")] = "1"
    fresh: Annotated[bool, Field(description="An error rather than the last result.")] = False


@router.get("/panels/{panel_id}/data", operation_id="read_panel_data", openapi_extra=DESCRIBED)
def panel_data(request: HttpRequest, response: HttpResponse, panel_id: str, call: Query[DataCall]) -> HttpResponse:
    """The data of a panel, from the tenant's own database. With `If-None-Match` 304 where nothing has changed.

    Where that database cannot be asked now, the last result of up to 15 minutes ago: its `Age` is in seconds, and `X-Stale`
    says `unreachable`, `busy` or `budget`. With `fresh` an error instead. Besides, `var-<name>` gives a variable its value,
    several times a list.
    """
    viewer = viewer_in(request, call.tenant_id)
    panel, ask = call.asked(request.GET, user_of(request), viewer, panel_id, page=call.page)
    refreshed = refresh_panel(viewer.tenant, panel, ask, or_last=not call.fresh)
    headers = {"ETag": _etag(request, panel, viewer.role, refreshed), **_staleness(refreshed)}
    if headers["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    # A response and no object: the data is not validated a second time, which a chart would notice.
    answer = api.create_response(request, _data_of(panel, viewer.role, refreshed), status=200)
    for name, value in headers.items():
        answer[name] = value
    return answer


def _data_of(panel: Panel, role: Role, refreshed: Refreshed) -> dict[str, Any]:
    answer = refreshed.answer()
    data = {**answer.data, "query_executed": refreshed.query_executed} if role.includes(Role.EDITOR) else answer.data
    return {
        "panel_id": panel.slug,
        "panel_type": panel.panel_type,
        "data": data,
        "aggregation_info": answer.aggregation_info,
    }


def _staleness(refreshed: Refreshed) -> dict[str, str]:
    """What says of the last result that it is not a fresh one."""
    if refreshed.because is None:
        return {}
    age = datetime.now(UTC) - refreshed.asked_at
    return {"Age": str(round(age.total_seconds())), "X-Stale": refreshed.because.reason}


def _etag(request: HttpRequest, panel: Panel, role: Role, refreshed: Refreshed) -> str:
    """It differs wherever the answer would."""
    seen = (refreshed.result.entry.etag, panel.pk, panel.updated_at, role, sorted(request.GET.lists()))
    return f'"{hashlib.blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"'
