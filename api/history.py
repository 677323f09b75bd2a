"""The versions of panels and dashboards: listed, read, compared and restored. Both have the same operations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

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


@dataclass(frozen=True, slots=True)
class Of(Generic[Row]):
    """Panels or dashboards: what one of them is called, what its id is named in a path, and how it is told."""

    kind: str
    named: str
    model: type[Row]
    detail: Any
    told: Told

    @property
    def id(self) -> Any:
        return Path(..., alias=self.named)

    def at(self, way: Any, path: str, operation: str, **its: Any) -> Any:
        """An operation below the path of one thing, which `way` adds."""
        address, tags = f"/{self.kind}s/{{{self.named}}}{path}", [f"{self.kind}s"]
        return way(address, operation_id=operation.format(self.kind), tags=tags, **{"openapi_extra": problems(404), **its})


def add_list(of: Of[Row]) -> None:
    @of.at(router.get, "/versions", "list_{}_versions", response=VersionPage)
    def list_versions(request: HttpRequest, slug: str = of.id, tenant_id: str | None = None) -> dict[str, Any]:
        """Its versions, newest first; for editors."""
        kept = history(find_for_editors(request, of.model, slug, tenant_id))
        return {"items": [_summary(one) for one in kept], "count": len(kept)}


def add_version(of: Of[Row]) -> None:
    @of.at(router.get, "/versions/{number}", "read_{}_version", response=VersionDetail)
    def read_version(request: HttpRequest, number: Number, slug: str = of.id, tenant_id: str | None = None) -> dict[str, Any]:
        """A version with its document; for editors."""
        kept = _version(find_for_editors(request, of.model, slug, tenant_id), number)
        return {**_summary(kept), "document": kept.document}


def add_comparison(of: Of[Row]) -> None:
    @of.at(router.get, "/versions/{number}/differences", "compare_{}_versions", response=Differences)
    def compare(
        request: HttpRequest, number: Number, to: Number | None = None, slug: str = of.id, tenant_id: str | None = None
    ) -> dict[str, Any]:
        """What differs between a version and another one, or the current; for editors."""
        row = find_for_editors(request, of.model, slug, tenant_id)
        before, after = _version(row, number), _version(row, to or row.version)
        found = differing(before, after, names_tenants=user_of(request).is_platform_admin)
        return {"version": before.number, "to": after.number, "items": [_field(one) for one in found]}


def add_restoring(of: Of[Row]) -> None:
    @of.at(router.post, "/restore", "restore_{}", response=of.detail, openapi_extra=problems(404, 409, by_version=True))
    def restore_version(
        request: HttpRequest, response: HttpResponse, body: Restoring, slug: str = of.id, tenant_id: str | None = None
    ) -> dict[str, Any]:
        """Make an earlier version's document the next version. With whom it is shared, and its state, stay."""
        row = find_own(request, of.model, slug, tenant_id)
        seen = seen_version(request, row, body.version)
        return of.told(request, response, restore(row, body.restore, by=user_of(request), seen=seen), Role.EDITOR)


def add_operations(of: Of[Row]) -> None:
    add_list(of)
    add_version(of)
    add_comparison(of)
    add_restoring(of)


add_operations(Of("panel", "panel_id", Panel, detail=PanelDetail, told=panels.told))
add_operations(Of("dashboard", "slug", Dashboard, detail=DashboardDetail, told=dashboards.told))


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
