"""The page on which a panel's query is written, in whichever language it is."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboards.asking import shared_state, with_query
from dashboards.changing import Overtaken
from dashboards.library.usage import used_on
from dashboards.managed import managed_note
from dashboards.query.draft import written_query
from dashboards.query.editing import Editing, Sent, Unreadable
from dashboards.query.making import types_in
from dashboards.query.modules import modules_for
from dashboards.query.sending import page_of
from dashboards.ranges import QUICK
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, tenants_of

PAGE = "dashboards/query.html"


def show_page(
    request: TenantRequest,
    editing: Editing,
    sent: Sent,
    *,
    tried: Any = None,
    overtaken: Overtaken | None = None,
    status: int = 200,
) -> HttpResponse:
    """`tried`: what became of what was sent; `overtaken`: who saved meanwhile."""
    place, its = editing.place, page_of(editing)
    context = {
        "used": used_on(editing.panel, Viewer.of(request)),
        "tenants": tenants_of(request.user),
        "dashboard": place.dashboard,
        "panel_title": place.panel.title,
        "written": editing.written,
        "version": sent.seen if sent.seen is not None else place.panel.version,
        "may_save": editing.may_save(request),
        "is_shared": place.panel.is_shared,
        "managed": managed_note(place.panel),
        "asked": editing.asked,
        "quick": QUICK,
        "listed": its.listed(request, editing),
        "listed_template": its.LISTED,
        "words": its.words(request, editing),
        "macros": its.WORDS,
        "types": types_in(editing.written.language),
        "new": {name: request.POST.get(f"new_{name}", "") for name in ("id", "title", "type")},
        "panel_type": place.panel.panel_type,
        "overtaken": overtaken,
        "theirs": _theirs(editing) if overtaken else "",
        "modules": modules_for(editing.written.language),
        "has_charts": True,
        "outcome_template": its.OUTCOME,
        **_addresses(request),
        **its.shown(editing, sent),
        **its.outcome(tried),
    }
    return render(request, PAGE, context, status=status)


def show_unreadable(request: TenantRequest, error: Unreadable) -> HttpResponse:
    """What is wrong with the panel's document, and the way to where it is corrected."""
    where = {"tenant": request.tenant.slug, "dashboard": error.place.dashboard.slug}
    state = shared_state(request.GET)
    context = {
        "tenants": tenants_of(request.user),
        "dashboard": error.place.dashboard,
        "panel_title": error.place.panel.title,
        "errors": error.mistakes,
        "back_url": with_query(reverse("dashboard", kwargs=where), state),
        "editor_url": with_query(reverse("panel-edit", kwargs={**where, "panel": error.place.panel.slug}), state),
    }
    return render(request, "dashboards/query_unreadable.html", context, status=error.status)


def _addresses(request: TenantRequest) -> dict[str, str]:
    where = request.resolver_match.kwargs if request.resolver_match else {}
    state = shared_state(request.GET)
    board = {name: where[name] for name in ("tenant", "dashboard")}
    doors = {name: reverse(f"panel-query-{name}", kwargs=where) for name in ("run", "format", "tables")}
    urls = {**doors, "back": reverse("dashboard", kwargs=board)}
    return {f"{name}_url": with_query(url, state) for name, url in urls.items()}


def _theirs(editing: Editing) -> str:
    """The query as it is stored now."""
    stored = type(editing.panel).objects.filter(slug=editing.panel.slug, tenant=editing.panel.tenant).first()
    written = written_query(stored) if stored is not None else None
    return written.text if written is not None else ""
