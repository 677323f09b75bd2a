"""The page on which a panel's query is written. Without a script it is a form; with one, an editor that runs in place."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboards.asking import needed_version, read_text, shared_state, with_query
from dashboards.changing import Gone, Overtaken
from dashboards.library.cloning import make_own
from dashboards.models import Panel
from dashboards.panels.document import DocumentInvalid
from dashboards.query.editing import OVER, Editing, Sent, Unreadable, edit_at, read_sent
from dashboards.query.making import New, make_panel
from dashboards.query.page import show_page, show_unreadable
from dashboards.query.saving import EDITOR, checked, save_query
from dashboards.query.sending import page_of, refused, try_sent
from dashboards.query.texts import SqlText
from dashboards.query.trying import Mistake, mistake_of
from datasources.compile.formatting import formatted
from datasources.errors import QueryRefused
from tenants.access import TenantRequest, require
from tenants.models import Role

SHOWN = ("add", "remove-")  # the page as it is sent, with a query more or less

_Doing = Callable[[TenantRequest, Editing, Sent], HttpResponse]


@require(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def panel_query(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """The page with the query as it is; what is sent is run, laid out or saved, as its button says."""
    try:
        editing = edit_at(request, dashboard, panel)
    except Unreadable as error:
        return show_unreadable(request, error)
    if request.method != "POST":
        return show_page(request, editing, Sent(editing.written, editing.panel.version))
    sent = read_sent(request.POST, editing.written.language)
    doing = show_page if sent.do.startswith(SHOWN) else _DOING.get(sent.do, _run)
    return doing(request, editing, sent)


@require(Role.EDITOR)
@require_POST
def panel_query_run(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """What a query answers, as a part of the page."""
    editing = edit_at(request, dashboard, panel)
    its = page_of(editing)
    tried = try_sent(request, editing, read_sent(request.POST, editing.written.language))
    return render(request, its.OUTCOME, its.outcome(tried))


@require(Role.EDITOR)
@require_POST
def panel_query_format(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """SQL laid out; 422 and a sentence where that cannot be."""
    edit_at(request, dashboard, panel)
    try:
        sent = read_sent(request.POST, SqlText.language)
        return HttpResponse(formatted(sent.written.text), content_type="text/plain; charset=utf-8")
    except QueryRefused as error:
        return HttpResponse(error.in_full, status=422, content_type="text/plain; charset=utf-8")


@require(Role.EDITOR)
@require_safe
def panel_query_tables(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """The tables or metrics in whose name, or what is said of them, a text occurs, as a part of the page."""
    editing = edit_at(request, dashboard, panel)
    its = page_of(editing)
    listed = its.listed(request, editing, read_text(request.GET, "table"), anew="anew" in request.GET)
    return render(request, its.LISTED, {"listed": listed})


def _run(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    return show_page(request, editing, sent, tried=try_sent(request, editing, sent))


def _format(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    if not isinstance(sent.written, SqlText):
        return show_page(request, editing, sent)
    try:
        return show_page(request, editing, Sent(SqlText(formatted(sent.written.text)), sent.seen))
    except QueryRefused as error:
        return _wrong(request, editing, sent, mistake_of(error, sent.written.text), status=422)


def _save(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    if not editing.may_save(request):
        raise PermissionDenied("Shared panels are changed by platform admins.")
    seen = needed_version(request.POST, OVER if sent.do == OVER else "version")
    return _stored(request, editing, sent, lambda: save_query(editing.panel, sent.written, by=request.user, seen=seen))


def _make_own(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    if not editing.panel.is_shared:
        return _save(request, editing, sent)
    panel, by = editing.panel, request.user

    def store() -> Panel:
        document = checked(panel.document, sent.written, is_shared=False)
        return make_own(panel, document, request.tenant, by=by, through=EDITOR)

    return _stored(request, editing, sent, store)


def _stored(request: TenantRequest, editing: Editing, sent: Sent, store: Callable[[], Any]) -> HttpResponse:
    """The page anew once it is stored; else as it was sent, and why it is not."""
    try:
        stored = store()
    except DocumentInvalid as error:
        return _refused(request, editing, sent, error)
    except Overtaken as error:
        return show_page(request, editing, sent, overtaken=error, status=409)
    except Gone:
        return _wrong(request, editing, sent, Mistake("Somebody has deleted this panel."), status=409)
    messages.success(request, f"Saved as version {stored.version} of {stored.title}.")
    return redirect(request.get_full_path())


def _refused(request: TenantRequest, editing: Editing, sent: Sent, error: DocumentInvalid) -> HttpResponse:
    return show_page(request, editing, sent, tried=refused(editing, sent, error), status=422)


def _wrong(request: TenantRequest, editing: Editing, sent: Sent, mistake: Mistake, *, status: int) -> HttpResponse:
    return show_page(request, editing, sent, tried=page_of(editing).mistaken(mistake), status=status)


def _make_new(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    fields = request.POST
    new = New(fields.get("new_id", "").strip(), fields.get("new_title", ""), fields.get("new_type", ""))
    dashboard = editing.place.dashboard
    try:
        made, is_placed = make_panel(editing.panel, sent.written, new, request.tenant, dashboard=dashboard, by=request.user)
    except DocumentInvalid as error:
        return _refused(request, editing, sent, error)
    where = f"below the others of {dashboard.name}" if is_placed else "on no dashboard yet"
    messages.success(request, f"{made.title} is saved as a panel of its own. It stands {where}.")
    if not is_placed:
        return redirect(request.get_full_path())
    kwargs = {"tenant": request.tenant.slug, "dashboard": dashboard.slug, "panel": made.slug}
    return redirect(with_query(reverse("panel-query", kwargs=kwargs), shared_state(request.GET)))


_DOING: dict[str, _Doing] = {"format": _format, "save": _save, OVER: _save, "own": _make_own, "new": _make_new}
