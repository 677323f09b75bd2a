"""Annotations of a dashboard: sent by programs, a deployment's for one, and read by whoever sees the dashboard."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Status
from ninja.errors import HttpError
from pydantic import Field

from api.access import may_edit
from api.callers import user_of
from api.description import problems
from api.doors import viewer_in
from api.errors import NotValid
from api.listing import ListQuery, listed
from api.schemas.annotations import AnnotationChange, AnnotationDetail, AnnotationPage, Moment, NewAnnotation
from dashboards.annotations.marks import annotations_of
from dashboards.annotations.model import Annotation
from dashboards.models import Dashboard
from dashboards.panels.document import DocumentError
from dashboards.viewer import Viewer
from datasources.timerange import TimeRange

router = Router(tags=["dashboards"])

ADDRESS = "/dashboards/{slug}/annotations"
Key = Annotated[int, Path(ge=1, le=9_223_372_036_854_775_807)]


class AnnotationsQuery(ListQuery):
    tenant_id: str
    date_from: Annotated[Moment | None, Field(description="What reaches beyond it.")] = None
    date_to: Annotated[Moment | None, Field(description="What begins before it.")] = None
    sort: Literal["start"] = "start"


@router.get(ADDRESS, response=AnnotationPage, operation_id="list_annotations", openapi_extra=problems(404))
def list_annotations(request: HttpRequest, slug: str, query: Query[AnnotationsQuery]) -> dict[str, Any]:
    """What has been typed in or sent, of this tenant; what a dashboard's own queries find is not among it."""
    viewer = viewer_in(request, query.tenant_id)
    found = annotations_of(viewer.tenant, _dashboard(viewer, slug), TimeRange(query.date_from, query.date_to))
    if query.q:
        found = found.filter(text__icontains=query.q)
    return listed(found, query, by="start", then="pk", told=told)


@router.post(ADDRESS, response={201: AnnotationDetail}, operation_id="create_annotation", openapi_extra=problems(404))
def create_annotation(request: HttpRequest, slug: str, tenant_id: str, body: NewAnnotation) -> Any:
    """Mark a moment or a region on the dashboard's charts: editors."""
    tenant = may_edit(request, tenant_id)
    row = Annotation(
        tenant=tenant,
        dashboard=_dashboard(viewer_in(request, tenant_id), slug),
        panel_slug=body.panel_id or "",
        start=body.start or timezone.now(),
        stop=body.stop,
        text=body.text,
        tags=body.tags,
        made_by=user_of(request).email,
    )
    _save(row)
    return Status(201, told(row))


@router.patch(
    f"{ADDRESS}/{{annotation_id}}", response=AnnotationDetail, operation_id="change_annotation", openapi_extra=problems(404)
)
def change_annotation(
    request: HttpRequest, slug: str, annotation_id: Key, tenant_id: str, body: AnnotationChange
) -> dict[str, Any]:
    """Change what is named: end a region, for one, that began when a deployment did."""
    row = _find(request, tenant_id, slug, annotation_id)
    for name in body.model_fields_set:
        value = getattr(body, name)
        if value is None and name != "stop":
            raise NotValid([DocumentError(name, "cannot be null")])
        setattr(row, name, value)
    _save(row)
    return told(row)


@router.delete(
    f"{ADDRESS}/{{annotation_id}}", response={204: None}, operation_id="delete_annotation", openapi_extra=problems(404)
)
def delete_annotation(request: HttpRequest, slug: str, annotation_id: Key, tenant_id: str) -> Any:
    """Take an annotation off the charts."""
    _find(request, tenant_id, slug, annotation_id).delete()
    return Status(204, None)


def told(row: Annotation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "panel_id": row.panel_slug or None,
        "start": row.start,
        "stop": row.stop,
        "text": row.text,
        "tags": row.tags,
        "made_by": row.made_by,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _save(row: Annotation) -> None:
    """Raises NotValid: of a change, only the row as a whole tells whether it ends after it begins."""
    if row.stop is not None and row.stop <= row.start:
        raise NotValid([DocumentError("stop", "must be after start")])
    row.save()


def _dashboard(viewer: Viewer, slug: str) -> Dashboard:
    found = Dashboard.objects.find_for(viewer, slug)
    if found is None:
        raise HttpError(404, "This tenant has no such dashboard.")
    return found


def _find(request: HttpRequest, tenant_id: str, slug: str, key: int) -> Annotation:
    """One that the caller may change."""
    tenant = may_edit(request, tenant_id)
    board = _dashboard(viewer_in(request, tenant_id), slug)
    found = Annotation.objects.filter(tenant=tenant, dashboard=board, pk=key).first()
    if found is None:
        raise HttpError(404, "This dashboard has no such annotation.")
    return found
