"""One panel of a dashboard moved or resized."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.errors import HttpError

from api import dashboards
from api.callers import user_of
from api.description import problems
from api.schemas.dashboards import DashboardDetail, PositionChange
from api.sharing import API, find_own
from api.versions import seen_version
from dashboards.as_code.stored import document_tree
from dashboards.changing import save_change
from dashboards.document import put, read_dashboard
from dashboards.models import Dashboard
from tenants.models import Role

router = Router(tags=["dashboards"])


@router.patch(
    "/dashboards/{slug}/panels/{panel_id}/position",
    response=DashboardDetail,
    operation_id="change_position",
    openapi_extra=problems(404, 409, by_version=True),
)
def change_position(
    request: HttpRequest, response: HttpResponse, slug: str, panel_id: str, body: PositionChange, tenant_id: str | None = None
) -> dict[str, Any]:
    """Move or resize one panel of a dashboard; what is not named stays. Where it would lie on another one the answer is 422."""
    dashboard = find_own(request, Dashboard, slug, tenant_id)
    changed = body.model_dump(exclude={"version"}, exclude_none=True)

    def change(stored: Dashboard) -> None:
        tree = document_tree(stored)
        placed = next((one for one in tree["panels"] if one["id"] == panel_id), None)
        if placed is None:
            raise HttpError(404, "This dashboard has no such panel.")
        placed["position"] = {**placed["position"], **changed}
        put(stored, read_dashboard(tree))

    seen = seen_version(request, dashboard, body.version)
    stored = save_change(dashboard, change, by=user_of(request), through=API, seen=seen)
    return dashboards.told(request, response, stored, Role.EDITOR)
