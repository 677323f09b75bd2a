"""A panel's whole result as a file, streamed."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from api.asking import PanelCall
from api.callers import user_of
from api.description import problems
from api.doors import api, viewer_in
from api.limits import DEAR
from dashboards.export import TooManyRows, export_response, shown_response
from dashboards.files import FILE_KINDS

router = Router(tags=["data"])

FILES: dict[str, Any] = {kind.content_type.partition(";")[0]: {"schema": {"type": "string"}} for kind in FILE_KINDS.values()}
FILES["application/json"] = {
    "schema": {
        "type": "object",
        "required": ["panel_id", "panel_type", "title", "columns", "rows", "row_count", "truncated_cells"],
        "properties": {
            "panel_id": {"type": "string"},
            "panel_type": {"type": "string"},
            "title": {"type": "string"},
            "columns": {"type": "array", "items": {"type": "object"}},
            "rows": {"type": "array", "items": {"type": "object"}},
            "row_count": {"type": "integer"},
            "truncated_cells": {"type": "boolean"},
        },
    }
}
ANSWER: dict[Any, Any] = {200: {"description": "The file, as an attachment.", "content": FILES}}


class ExportCall(PanelCall):
    format: Literal["csv", "xlsx", "json"] = "csv"
    shown: Annotated[
        bool,
        Field(
            description="The rows as the panel shows them, made by its transformations; of points over time a row a moment, with "
            "a column for each series. Where only its first rows are shown, 413. Without: the rows as the source gives them."
        ),
    ] = False


@router.get(
    "/panels/{panel_id}/export",
    throttle=DEAR,
    operation_id="export_panel",
    openapi_extra={"responses": {**problems(404, 413, 504)["responses"], **ANSWER}},
)
def export_panel(request: HttpRequest, panel_id: str, call: Query[ExportCall]) -> Any:
    """The whole result of a panel as CSV, XLSX or JSON. Where it is more than a file may have, 413 says how many rows.

    What fails midway breaks the answer off. Times are the viewer's in CSV and XLSX, and UTC in JSON.
    """
    viewer = viewer_in(request, call.tenant_id)
    panel, ask = call.asked(request.GET, user_of(request), viewer, panel_id)
    respond = shown_response if call.shown else export_response
    return respond(viewer.tenant, panel, ask, FILE_KINDS[call.format])


@api.exception_handler(TooManyRows)
def too_many_rows(request: HttpRequest, error: TooManyRows) -> Any:
    return api.create_response(request, {"detail": error.sentence, "rows": error.rows, "limit": error.limit}, status=413)
