"""A panel's data, as CONTRACT.md promises it."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from ninja import Query, Router
from ninja.errors import HttpError

from api.asking import PanelCall
from api.callers import user_of
from api.doors import tenant_of
from dashboards.models import Panel
from dashboards.places import find_panel
from dashboards.refresh import Refreshed, refresh_panel
from tenants.models import Role

router = Router(tags=["data"])


@router.get("/panels/{panel_id}/data", response=dict[str, Any])
def panel_data(request: HttpRequest, response: HttpResponse, panel_id: str, call: Query[PanelCall]) -> Any:
    """The data of a panel, from the tenant's own database. With `If-None-Match` 304 where nothing has changed.

    Where that database cannot be asked now, the last result of up to 15 minutes ago: its `Age` is in seconds, and `X-Stale`
    says `unreachable`, `busy` or `budget`. With `fresh` an error instead.
    """
    tenant, role = tenant_of(request, call.tenant_id)
    panel = find_panel(tenant, panel_id)
    if panel is None:
        raise HttpError(404, "This tenant has no such panel.")
    refreshed = refresh_panel(tenant, panel, call.ask(request.GET, user_of(request), tenant), or_last=not call.fresh)
    etag = _etag(request, panel, role, refreshed)
    headers = {"ETag": etag, **_staleness(refreshed)}
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    for name, value in headers.items():
        response[name] = value
    return _data_of(panel, role, refreshed)


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
