"""The panel editor's doors. Without a script it is a form whose buttons send it; with one, parts of it are drawn in place."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dashboards.asking import needed_version
from dashboards.changing import Gone, Overtaken, save_change
from dashboards.editor.acting import NoSuchPlace, act
from dashboards.editor.editing import Editing, edit_at
from dashboards.editor.page import page_context, side_context
from dashboards.editor.pieces import Piece
from dashboards.editor.previewing import DOOR, Drawn, draw_draft
from dashboards.editor.retyping import retyped
from dashboards.editor.shapes import shape_of_type
from dashboards.editor.written import FORM, TEXT, Written, checked, read_written
from dashboards.library.cloning import make_own
from dashboards.models import Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import BadRequest
from dashboards.panels.document import DocumentError, DocumentInvalid, PanelDocument
from tenants.access import TenantRequest, require
from tenants.models import Role

PAGE, SIDE, PREVIEW = "editor/editor.html", "editor/_side.html", "editor/_preview.html"
SAVING = ("save", "over", "own")


@require(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_panel(request: TenantRequest, tenant: str, panel: str, dashboard: str | None = None) -> HttpResponse:
    """The page with the panel as it is; what is sent is drawn, changed or saved, as its button says."""
    editing = edit_at(request, dashboard, panel)
    if request.method != "POST":
        return _page(request, editing, stored(editing.panel))
    written, do = read_written(request.POST), request.POST.get("do", "preview")
    if do in SAVING:
        return _save(request, editing, written, do)
    if do == "preview":
        errors, drawn = _tried(request, editing, written)
        return _page(request, editing, written, errors=errors, drawn=drawn)
    written, gone = _changed(written, do, request.POST.get("type", ""))
    return _page(request, editing, written, gone=gone)


@require(Role.EDITOR)
@require_POST
def edit_panel_form(request: TenantRequest, tenant: str, panel: str, dashboard: str | None = None) -> HttpResponse:
    """The form, or the text, after what a button of it does."""
    editing = edit_at(request, dashboard, panel)
    written, gone = _changed(read_written(request.POST), request.POST.get("do", ""), request.POST.get("type", ""))
    return render(request, SIDE, side_context(editing, written, gone=gone))


@require(Role.EDITOR)
@require_POST
def edit_panel_preview(request: TenantRequest, tenant: str, panel: str, dashboard: str | None = None) -> HttpResponse:
    """What is written as the panel it makes; what is wrong with it, where it makes none: then the drawing stays as it is."""
    editing = edit_at(request, dashboard, panel)
    errors, drawn = _tried(request, editing, read_written(request.POST))
    context = {"errors": [{"path": one.path, "message": one.message} for one in errors], "drawn": drawn, "is_part": True}
    response = render(request, PREVIEW, {**context, **(drawn.context if drawn else {}), "on": editing.on})
    if drawn is None:
        response["HX-Reswap"] = "none"
    return response


def stored(panel: Panel) -> Written:
    document = panel.document if isinstance(panel.document, dict) else {}
    return Written(FORM, Piece(document)) if document.get("type") in PANEL_TYPES else Written(TEXT, Piece(document))


def _tried(request: TenantRequest, editing: Editing, written: Written) -> tuple[Sequence[DocumentError], Drawn | None]:
    try:
        document = checked(written, platform=editing.panel.is_shared)
        platform = editing.is_platforms(request, document)
        if not platform and editing.panel.is_shared:
            checked(written, platform=False)
    except DocumentInvalid as error:
        return error.errors, None
    return (), draw_draft(editing, document, platform=platform)


def _changed(written: Written, do: str, type_name: str) -> tuple[Written, list[str]]:
    """What is written after a button was pressed, and what of it is gone then. Raises BadRequest."""
    if do in (FORM, TEXT):
        return _viewed(written, do), []
    if written.tree is None or not written.type:
        return written, []
    if do == "type":
        if type_name not in PANEL_TYPES:
            raise BadRequest("There is no such panel type.")
        document, gone = retyped(written.tree, type_name)
        return replace(written, tree=Piece(document)), gone
    if do:
        try:
            act(written.tree, shape_of_type(written.type), do)
        except NoSuchPlace as error:
            raise BadRequest("There is no such place in the document.") from error
    return written, []


def _viewed(written: Written, view: str) -> Written:
    """In the other view, where it can be seen in it: a text that is no document of a type has no form."""
    if view == FORM and not written.type:
        known = ", ".join(sorted(PANEL_TYPES))
        errors = written.errors or (DocumentError("type", f"must be one of {known}"),)
        return replace(written, view=TEXT, errors=errors)
    return replace(written, view=view, text=written.as_text())


def _save(request: TenantRequest, editing: Editing, written: Written, do: str) -> HttpResponse:
    """The page anew once it is stored; else as it was sent, and why it is not."""
    is_own = do == "own" and editing.panel.is_shared
    if not is_own and not editing.may_save(request):
        raise PermissionDenied("Shared panels are changed by platform admins.")
    try:
        document = checked(written, platform=editing.panel.is_shared and not is_own)
        row = _stored(request, editing, document, do if not is_own else "own")
    except DocumentInvalid as error:
        return _page(request, editing, written, errors=error.errors, problem="Not saved: it is not valid yet.", status=422)
    except Overtaken as error:
        return _page(request, editing, written, overtaken=error, status=409)
    except Gone:
        return _page(request, editing, written, problem="Not saved: somebody has deleted this panel.", status=409)
    said = f"Saved as version {row.version} of {row.title}."
    if "HX-Request" in request.headers:
        anew = edit_at(request, editing.place.dashboard.slug or None, row.slug)
        saved = stored(row)
        return _page(request, replace(anew, place=replace(anew.place, panel=row)), _viewed(saved, written.view), said=said)
    messages.success(request, said)
    return redirect(request.get_full_path())


def _stored(request: TenantRequest, editing: Editing, document: Any, do: str) -> Panel:
    if do == "own":
        return make_own(editing.panel, document, request.tenant, by=request.user, through=DOOR)
    seen = needed_version(request.POST, "over" if do == "over" else "version")
    try:
        return save_change(editing.panel, lambda stored: stored.take(document), by=request.user, through=DOOR, seen=seen)
    except Overtaken:
        if _holds(editing.panel, document):
            return editing.panel
        raise


def _holds(panel: Panel, document: PanelDocument) -> bool:
    """If that is stored already: a save whose answer was lost is sent again, and nobody else is to blame.

    RFC 9110, 13.1.1 lets a server answer so.
    """
    same = Panel()
    same.take(document)
    return bool(same.document == panel.document)


def _page(
    request: TenantRequest,
    editing: Editing,
    written: Written,
    *,
    errors: Sequence[DocumentError] = (),
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    context = page_context(request, editing, written, errors=errors, **shown)
    return render(request, PAGE, context, status=status)
