"""The versions of panels and dashboards: listed, read, compared and restored. Both have the same operations."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from api import dashboards, panels
from api.callers import user_of
from api.description import problems
from api.doors import api
from api.schemas.dashboards import DashboardDetail
from api.schemas.history import Differences, Number, Restoring, VersionDetail, VersionPage
from api.schemas.panels import PanelDetail
from api.sharing import Row, find_for_editors, find_own
from api.versions import seen_version
from dashboards.as_code.difference import ABSENT, Difference
from dashboards.library.history import Kept, differing, history, version_at
from dashboards.library.restoring import NotKept, restore
from dashboards.models import Dashboard, Panel
from tenants.models import Role

router = Router()
Told = Callable[[HttpRequest, HttpResponse, Any, Role], dict[str, Any]]


def add_operations(kind: str, named: str, model: type[Row], *, detail: Any, told: Told) -> None:
    """`versions`, one of them, what differs, and `restore`, below the path of one thing, whose id is `named` in it."""
    path, tags, errors = f"/{kind}s/{{{named}}}", [f"{kind}s"], problems(404)

    @router.get(f"{path}/versions", response=VersionPage, operation_id=f"list_{kind}_versions", tags=tags, openapi_extra=errors)
    def list_versions(request: HttpRequest, slug: str = Path(..., alias=named), tenant_id: str | None = None) -> dict[str, Any]:
        """Its versions, newest first; for editors."""
        kept = history(find_for_editors(request, model, slug, tenant_id))
        return {"items": [_summary(one) for one in kept], "count": len(kept)}

    @router.get(
        f"{path}/versions/{{number}}",
        response=VersionDetail,
        operation_id=f"read_{kind}_version",
        tags=tags,
        openapi_extra=errors,
    )
    def read_version(
        request: HttpRequest, number: Number, slug: str = Path(..., alias=named), tenant_id: str | None = None
    ) -> dict[str, Any]:
        """A version with its document; for editors."""
        kept = _version(find_for_editors(request, model, slug, tenant_id), number)
        return {**_summary(kept), "document": kept.document}

    compared = f"{path}/versions/{{number}}/differences"

    @router.get(compared, response=Differences, operation_id=f"compare_{kind}_versions", tags=tags, openapi_extra=errors)
    def compare(
        request: HttpRequest,
        number: Number,
        to: Number | None = None,
        slug: str = Path(..., alias=named),
        tenant_id: str | None = None,
    ) -> dict[str, Any]:
        """What differs between a version and another one, or the current; for editors."""
        row = find_for_editors(request, model, slug, tenant_id)
        before, after = _version(row, number), _version(row, to or row.version)
        found = differing(before, after, names_tenants=user_of(request).is_platform_admin)
        return {"version": before.number, "to": after.number, "items": [_field(one) for one in found]}

    errors_of_changes = problems(404, 409, by_version=True)

    @router.post(f"{path}/restore", response=detail, operation_id=f"restore_{kind}", tags=tags, openapi_extra=errors_of_changes)
    def restore_version(
        request: HttpRequest,
        response: HttpResponse,
        body: Restoring,
        slug: str = Path(..., alias=named),
        tenant_id: str | None = None,
    ) -> dict[str, Any]:
        """Make an earlier version's document the next version. With whom it is shared, and its state, stay."""
        row = find_own(request, model, slug, tenant_id)
        seen = seen_version(request, row, body.version)
        return told(request, response, restore(row, body.restore, by=user_of(request), seen=seen), Role.EDITOR)


add_operations("panel", "panel_id", Panel, detail=PanelDetail, told=panels.told)
add_operations("dashboard", "slug", Dashboard, detail=DashboardDetail, told=dashboards.told)


@api.exception_handler(NotKept)
def not_kept(request: HttpRequest, error: NotKept) -> HttpResponse:
    return api.create_response(request, {"detail": "There is no such version, or not any more."}, status=404)


def _version(row: Panel | Dashboard, number: int) -> Kept:
    kept = version_at(row, number)
    if kept is None:
        raise NotKept
    return kept


def _summary(kept: Kept) -> dict[str, Any]:
    return {
        "version": kept.number,
        "changed_at": kept.changed_at,
        "changed_by": kept.changed_by or None,
        "changed_through": kept.changed_through,
        "is_current": kept.is_current,
    }


def _field(one: Difference) -> dict[str, Any]:
    sides = {"before": one.before, "after": one.after}
    plain = {name: None if value is ABSENT else value for name, value in sides.items()}
    return {"path": one.path, **plain, "text": "\n".join(one.in_lines())}
