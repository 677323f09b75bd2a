"""The page on which a panel's query is written. Without a script it is a form; with one, an editor that runs in place."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboards.asking import read_text, shared_state, with_query
from dashboards.changing import Gone, Overtaken
from dashboards.library.usage import used_on
from dashboards.managed import managed_note
from dashboards.panels.base import BadRequest
from dashboards.panels.document import DocumentInvalid
from dashboards.query.draft import drafted, written_query
from dashboards.query.editing import OVER, Editing, Sent, edit_at, read_sent
from dashboards.query.making import New, make_panel, types_in_sql
from dashboards.query.modules import MODULES
from dashboards.query.saving import make_own, save_query
from dashboards.query.tables import Listed, completions, list_tables
from dashboards.query.trying import Mistake, Tried, invalid, mistake_of, try_query
from dashboards.query.words import MACROS
from dashboards.ranges import QUICK
from dashboards.refresh import PanelUnavailable, read_panel
from dashboards.viewer import Viewer
from datasources.compile.formatting import formatted
from datasources.errors import QueryRefused, SourceError
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

PAGE = "dashboards/query.html"
_Doing = Callable[[TenantRequest, Editing, Sent], HttpResponse]


@require(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def panel_query(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """The page with the query as it is; what is sent is run, laid out or saved, as its button says."""
    editing = edit_at(request, dashboard, panel)
    if request.method != "POST":
        return _page(request, editing, Sent(editing.written.text, editing.panel.version))
    sent = read_sent(request.POST)
    return _DOING.get(sent.do, _run)(request, editing, sent)


@require(Role.EDITOR)
@require_POST
def panel_query_run(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """What a text answers, as a part of the page."""
    editing = edit_at(request, dashboard, panel)
    return render(request, "dashboards/_query_outcome.html", _outcome(_tried(request, editing, read_sent(request.POST))))


@require(Role.EDITOR)
@require_POST
def panel_query_format(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """The text laid out; 422 and a sentence where that cannot be."""
    edit_at(request, dashboard, panel)
    try:
        return HttpResponse(formatted(read_sent(request.POST).text), content_type="text/plain; charset=utf-8")
    except QueryRefused as error:
        sentence = f"{error.sentence} {error.detail}".strip()
        return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")


@require(Role.EDITOR)
@require_safe
def panel_query_tables(request: TenantRequest, tenant: str, dashboard: str, panel: str) -> HttpResponse:
    """The tables whose name, or a column's, contains what is searched for, as a part of the page."""
    editing = edit_at(request, dashboard, panel)
    listed = _listed(request, editing, read_text(request.GET, "table"), anew="anew" in request.GET)
    return render(request, "dashboards/_query_tables.html", {"listed": listed})


def _run(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    return _page(request, editing, sent, tried=_tried(request, editing, sent))


def _format(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    try:
        return _page(request, editing, Sent(formatted(sent.text), sent.seen))
    except QueryRefused as error:
        return _page(request, editing, sent, tried=Tried(mistake=mistake_of(error, sent.text)), status=422)


def _save(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    if not editing.may_save(request):
        raise PermissionDenied("Shared panels are changed by platform admins.")
    return _stored(request, editing, sent, lambda: save_query(editing.panel, sent.text, by=request.user, seen=sent.seen))


def _make_own(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    if not editing.panel.is_shared:
        return _save(request, editing, sent)
    return _stored(request, editing, sent, lambda: make_own(editing.panel, sent.text, request.tenant, by=request.user))


def _stored(request: TenantRequest, editing: Editing, sent: Sent, store: Callable[[], Any]) -> HttpResponse:
    """The page anew once it is stored; else as it was sent, and why it is not."""
    try:
        stored = store()
    except DocumentInvalid as error:
        return _page(request, editing, sent, tried=Tried(mistake=invalid(error)), status=422)
    except Overtaken as error:
        return _page(request, editing, sent, overtaken=error, status=409)
    except Gone:
        return _page(request, editing, sent, tried=Tried(mistake=Mistake("Somebody has deleted this panel.")), status=409)
    messages.success(request, f"Saved as version {stored.version} of {stored.title}.")
    return redirect(request.get_full_path())


def _make_new(request: TenantRequest, editing: Editing, sent: Sent) -> HttpResponse:
    fields = request.POST
    new = New(fields.get("new_id", "").strip(), fields.get("new_title", ""), fields.get("new_type", ""))
    dashboard = editing.place.dashboard
    try:
        made, is_placed = make_panel(editing.panel, sent.text, new, request.tenant, dashboard=dashboard, by=request.user)
    except DocumentInvalid as error:
        return _page(request, editing, sent, tried=Tried(mistake=invalid(error)), status=422)
    where = f"below the others of {dashboard.name}" if is_placed else "on no dashboard yet"
    messages.success(request, f"{made.title} is saved as a panel of its own. It stands {where}.")
    if not is_placed:
        return redirect(request.get_full_path())
    kwargs = {"tenant": request.tenant.slug, "dashboard": dashboard.slug, "panel": made.slug}
    return redirect(with_query(reverse("panel-query", kwargs=kwargs), shared_state(request.GET)))


_DOING: dict[str, _Doing] = {"format": _format, "save": _save, OVER: _save, "own": _make_own, "new": _make_new}


def _tried(request: TenantRequest, editing: Editing, sent: Sent) -> Tried:
    try:
        draft = drafted(editing.panel, sent.text, platform=editing.is_platforms(request, sent.text))
        return try_query(request.tenant, editing.panel, draft, editing.ask(request, draft))
    except DocumentInvalid as error:
        return Tried(mistake=invalid(error))
    except PanelUnavailable as error:
        return Tried(mistake=Mistake(error.told_to(request.role), error.detail))
    except BadRequest as error:
        return Tried(mistake=Mistake(str(error)))


def _outcome(tried: Tried | None) -> dict[str, Any]:
    if tried is None:
        return {"tried": None}
    return {"tried": tried, **(tried.drawn or {}), "plan": "\n".join(tried.explained.lines) if tried.explained else ""}


def _listed(request: TenantRequest, editing: Editing, search: str = "", *, anew: bool = False) -> Listed:
    try:
        return list_tables(editing.source(request), search, anew=anew)
    except SourceError as error:
        return Listed(error=error.sentence)


def _words(request: TenantRequest, editing: Editing) -> dict[str, Any]:
    """What the editor completes."""
    try:
        tables = completions(editing.source(request))
    except SourceError:
        tables = {"schemas": {}, "first": ""}
    variables = sorted({*read_panel(editing.panel).document.variables, *(one["name"] for one in _variables(editing))})
    return {**tables, "macros": [[word.call, word.means] for word in MACROS], "variables": variables}


def _variables(editing: Editing) -> list[dict[str, Any]]:
    kept = editing.place.dashboard.variables
    return [one for one in kept if isinstance(one, dict) and "name" in one] if isinstance(kept, list) else []


def _page(
    request: TenantRequest,
    editing: Editing,
    sent: Sent,
    *,
    tried: Tried | None = None,
    overtaken: Overtaken | None = None,
    status: int = 200,
) -> HttpResponse:
    place, where = editing.place, request.resolver_match.kwargs if request.resolver_match else {}
    state = shared_state(request.GET)

    def to(name: str, **names: str) -> str:
        return with_query(reverse(name, kwargs={**where, **names}), state)

    context = {
        "used": used_on(editing.panel, Viewer.of(request)),
        "tenants": tenants_of(request.user),
        "dashboard": place.dashboard,
        "panel_title": place.panel.title,
        "written": editing.written,
        "text": sent.text,
        "kept": editing.written.text,
        "version": sent.seen if sent.seen is not None else place.panel.version,
        "may_save": editing.may_save(request),
        "is_shared": place.panel.is_shared,
        "managed": managed_note(place.panel),
        "asked": editing.asked,
        "quick": QUICK,
        "listed": _listed(request, editing),
        "words": _words(request, editing),
        "macros": MACROS,
        "types": types_in_sql(),
        "new": {name: request.POST.get(f"new_{name}", "") for name in ("id", "title", "type")},
        "panel_type": place.panel.panel_type,
        "overtaken": overtaken,
        "theirs": _theirs(editing) if overtaken else "",
        "modules": MODULES,
        "has_charts": True,
        "run_url": to("panel-query-run"),
        "format_url": to("panel-query-format"),
        "tables_url": to("panel-query-tables"),
        "back_url": with_query(reverse("dashboard", kwargs={key: where[key] for key in ("tenant", "dashboard")}), state),
        **_outcome(tried),
    }
    return render(request, PAGE, context, status=status)


def _theirs(editing: Editing) -> str:
    """The query as it is stored now."""
    stored = type(editing.panel).objects.filter(slug=editing.panel.slug, tenant=editing.panel.tenant).first()
    written = written_query(stored) if stored is not None else None
    return written.text if written is not None else ""
