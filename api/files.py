"""Documents taken away and brought back: a bundle of them as YAML or JSON, and what an upload would change before it does."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from api.access import may_edit, platform_admin
from api.callers import user_of
from api.description import problems
from api.doors import api, viewer_in
from api.limits import DEAR
from api.schemas.files import FormatName, Upload, UploadReport
from api.sharing import find_for_editors
from audit.recording import Thing
from dashboards.as_code.pieces import Refused
from dashboards.as_code.planning import Change
from dashboards.as_code.upload import read_upload
from dashboards.library.downloading import File, all_of, file_of, with_panels
from dashboards.library.uploading import Otherwise, Report, report_on, take
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentError
from dashboards.viewer import Viewer
from tenants.models import Tenant

router = Router()

FILES = {"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {}}}
ANSWER: dict[Any, Any] = {200: {"description": "The file, as an attachment.", "content": FILES}}
DESCRIBED = {"responses": {**problems(404)["responses"], **ANSWER}}


@router.get("/dashboards/{slug}/export", operation_id="export_dashboard", tags=["dashboards"], openapi_extra=DESCRIBED)
def export_dashboard(
    request: HttpRequest, slug: str, tenant_id: str | None = None, format: FormatName = "yaml", panels: bool = False
) -> Any:
    """A dashboard's document, and with `panels` those of its panels: editors."""
    row = find_for_editors(request, Dashboard, slug, tenant_id)
    tenant = _tenant(request, tenant_id)
    there = Panel.objects.nearest(tenant) if tenant is not None else Panel.objects.shared()
    return _sent(file_of(row.slug, with_panels(row, there) if panels else [row], format, tenant=tenant, thing=Thing.of(row)))


@router.get("/panels/{panel_id}/document", operation_id="export_panel_document", tags=["panels"], openapi_extra=DESCRIBED)
def export_panel(request: HttpRequest, panel_id: str, tenant_id: str | None = None, format: FormatName = "yaml") -> Any:
    """A panel's document as a file: editors. (`…/export` is its data.)"""
    row = find_for_editors(request, Panel, panel_id, tenant_id)
    return _sent(file_of(row.slug, [row], format, tenant=_tenant(request, tenant_id), thing=Thing.of(row)))


@router.get("/export", operation_id="export_all", tags=["dashboards"], throttle=DEAR, openapi_extra=DESCRIBED)
def export_all(request: HttpRequest, tenant_id: str, format: FormatName = "yaml") -> Any:
    """All panels and dashboards of a tenant's own, as far as the caller sees them: editors."""
    tenant = may_edit(request, tenant_id)
    rows = all_of(viewer_in(request, tenant_id))
    return _sent(file_of(tenant.slug, rows, format, tenant=tenant, thing=Thing.of(tenant)))


@router.post(
    "/import",
    response=UploadReport,
    throttle=DEAR,
    operation_id="import_documents",
    tags=["dashboards"],
    openapi_extra=problems(404, 409),
)
def import_documents(request: HttpRequest, body: Upload) -> dict[str, Any]:
    """Say what documents would change; with `confirm`, the `mark` of that answer, do it: all of it or nothing.

    Editors for their tenant; platform admins, without a tenant, for what is shared. Where something else would change by
    now, the answer is 409, and nothing is done.
    """
    viewer = _changing(request, body.tenant_id)
    definitions = read_upload(body.text, body.name, is_shared=viewer is None)
    if body.confirm is None:
        return _told(report_on(definitions, viewer), is_done=False)
    return _told(take(definitions, viewer, confirmed=body.confirm, by=user_of(request)), is_done=True)


@api.exception_handler(Otherwise)
def otherwise(request: HttpRequest, error: Otherwise) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=409)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    found = [DocumentError(f"{one.place}: {one.path}".rstrip(": "), one.reason) for one in error.refusals[:100]]
    errors = [{"path": one.path, "message": one.message} for one in found]
    return api.create_response(request, {"detail": str(error.refusals[0]), "errors": errors}, status=422)


def _changing(request: HttpRequest, tenant_id: str | None) -> Viewer | None:
    if tenant_id is None:
        platform_admin(request)
        return None
    may_edit(request, tenant_id)
    return viewer_in(request, tenant_id)


def _tenant(request: HttpRequest, tenant_id: str | None) -> Tenant | None:
    return viewer_in(request, tenant_id).tenant if tenant_id is not None else None


def _told(report: Report, *, is_done: bool) -> dict[str, Any]:
    changes = [_change(change) for change in report.plan.changes]
    return {"mark": report.mark, "is_done": is_done, "changes": changes, "unchanged": report.plan.unchanged}


def _change(change: Change) -> dict[str, Any]:
    return {
        "act": change.act,
        "kind": change.kind,
        "id": change.slug,
        "lines": list(change.lines),
        "note": change.by_hand or None,
    }


def _sent(file: File) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.content, content_type=file.content_type, headers=headers)
