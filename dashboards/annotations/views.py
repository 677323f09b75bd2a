"""The annotations of a dashboard's page: found, typed in, changed and deleted. Looked up through the tenant, as all is."""

import hashlib
import textwrap
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboards.annotations.asking import CHOSEN, Asked, asked_annotations
from dashboards.annotations.forms import WRITTEN, AnnotationForm
from dashboards.annotations.mark import Mark
from dashboards.annotations.marks import Marks
from dashboards.annotations.model import Annotation
from dashboards.asking import refresh_of, refresh_seconds, shared_state, with_query, zone_of
from dashboards.models import Dashboard, Panel
from dashboards.panels.figures import escaped
from dashboards.panels.moments import wall_clock
from dashboards.section import SHOWN
from dashboards.unavailable import PanelUnavailable
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require
from tenants.models import Role

CHANGED = "annotationschanged"  # what the page is told, so that it asks for them anew
LEAST_POLL_SECONDS = 30
HOVER_COLUMNS, HOVER_LINES = 60, 8
require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def annotations(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """The annotations within the page's range, as a list for people and as marks for its charts."""
    found = _dashboard(request, dashboard)
    asked = asked_annotations(request, found)
    try:
        found_marks = asked.find(request)
    except PanelUnavailable as error:
        found_marks = Marks((), (error.sentence,))
    zone = asked.ask.zone
    context = {
        "dashboard": found,
        "url": _to(request, found, "annotations"),
        "poll_seconds": _poll_seconds(request, found),
        "kinds": [(kind, _page(request, found, chosen)) for kind, chosen in asked.toggled()],
        "marks": [
            {"mark": mark, "start": mark.start.astimezone(zone), "stop": mark.stop and mark.stop.astimezone(zone),
             "url": _to(request, found, "annotation", pk=mark.pk) if _may_change(request, mark) else ""}
            for mark in reversed(found_marks.items)
        ],
        "drawn": _drawn(request, found, found_marks.items, asked),
        "notes": found_marks.notes,
        "new_url": _to(request, found, "annotation-new") if request.role.includes(Role.EDITOR) else "",
    }  # fmt: skip
    context["mark"] = hashlib.blake2b(repr((context, request.role)).encode(), digest_size=12).hexdigest()
    if request.headers.get(SHOWN) == context["mark"]:
        return HttpResponse(status=204)
    return render(request, "dashboards/annotations/_annotations.html", context)


@require_form
@require(Role.EDITOR)
def new(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """Mark a moment or a region."""
    found = _dashboard(request, dashboard)
    row = Annotation(tenant=request.tenant, dashboard=found, made_by=request.user.email)
    at = request.GET.get("at", "")[:40].replace("T", " ")
    now = timezone.now().astimezone(zone_of(request.GET, request.user, request.tenant))
    return _form(request, found, row, {"start": at or now.strftime(WRITTEN), "panel_slug": request.GET.get("panel", "")[:63]})


@require_form
@require(Role.EDITOR)
def change(request: TenantRequest, tenant: str, dashboard: str, pk: int) -> HttpResponse:
    found = _dashboard(request, dashboard)
    return _form(request, found, _annotation(request, found, pk), {})


@require_POST
@require(Role.EDITOR)
def delete(request: TenantRequest, tenant: str, dashboard: str, pk: int) -> HttpResponse:
    found = _dashboard(request, dashboard)
    _annotation(request, found, pk).delete()
    return _done(request, found)


def _form(request: TenantRequest, dashboard: Dashboard, row: Annotation, initial: dict[str, str]) -> HttpResponse:
    form = AnnotationForm(
        request.POST if request.method == "POST" else None,
        instance=row,
        initial=initial,
        zone=zone_of(request.GET, request.user, request.tenant),
        panels=_panels(request, dashboard),
    )
    if form.is_valid():
        form.save()
        return _done(request, dashboard)
    context = {
        "form": form,
        "dashboard": dashboard,
        "action": request.get_full_path(),
        "delete_url": _to(request, dashboard, "annotation-delete", pk=row.pk) if row.pk else "",
        "section": {"title": "Annotation"},
        "in_dialog": "HX-Request" in request.headers,
    }
    return render(request, "dashboards/annotations/form.html", context)


def _done(request: TenantRequest, dashboard: Dashboard) -> HttpResponse:
    """A page that is open is told; without scripts it is led back to."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Trigger": CHANGED})
    return redirect(_page(request, dashboard, request.GET.get(CHOSEN)))


def _poll_seconds(request: TenantRequest, dashboard: Dashboard) -> int:
    """Seldomer than panels: what happened is not news each second."""
    seconds = refresh_seconds(request.GET, default=refresh_of(request.user, dashboard.refresh_interval))
    return max(LEAST_POLL_SECONDS, seconds) if seconds else 0


def _drawn(request: TenantRequest, dashboard: Dashboard, marks: Sequence[Mark], asked: Asked) -> list[dict[str, Any]]:
    """The marks as static/js/annotations.js takes them: times on the viewer's clock, texts safe for the chart."""
    zone = asked.ask.zone
    return [
        {
            "start": wall_clock(mark.start.timestamp(), zone),
            "stop": None if mark.stop is None else wall_clock(mark.stop.timestamp(), zone),
            "text": _hover_text(mark),
            "color": mark.hex,
            "panel": mark.panel,
            "url": _to(request, dashboard, "annotation", pk=mark.pk) if _may_change(request, mark) else "",
        }
        for mark in marks
    ]


def _hover_text(mark: Mark) -> str:
    lines = [*textwrap.wrap(mark.text, HOVER_COLUMNS, replace_whitespace=False), " ".join(f"#{tag}" for tag in mark.tags)]
    return "<br>".join(escaped(line).replace("\n", "<br>") for line in lines[:HOVER_LINES] if line)


def _may_change(request: TenantRequest, mark: Mark) -> bool:
    return mark.pk is not None and request.role.includes(Role.EDITOR)


def _dashboard(request: TenantRequest, slug: str) -> Dashboard:
    found = Dashboard.objects.find_for(Viewer.of(request), slug)
    if found is None:
        raise Http404("No such dashboard.")
    return found


def _annotation(request: TenantRequest, dashboard: Dashboard, pk: int) -> Annotation:
    found = Annotation.objects.filter(tenant=request.tenant, dashboard=dashboard, pk=pk).first()
    if found is None:
        raise Http404("No such annotation.")
    return found


def _panels(request: TenantRequest, dashboard: Dashboard) -> list[tuple[str, str]]:
    """Those that have a time axis, by their titles."""
    placed = list(dashboard.placements.values_list("panel_slug", flat=True))
    rows = Panel.objects.nearest(request.tenant).filter(slug__in=placed, panel_type="timeseries")
    return list(rows.values_list("slug", "title"))


def _to(request: TenantRequest, dashboard: Dashboard, name: str, **where: Any) -> str:
    """A URL of the annotations', with the state of the page."""
    path = reverse(name, kwargs={"tenant": request.tenant.slug, "dashboard": dashboard.slug, **where})
    return with_query(path, _state(request, request.GET.get(CHOSEN)))


def _page(request: TenantRequest, dashboard: Dashboard, chosen: str | None) -> str:
    path = reverse("dashboard", kwargs={"tenant": request.tenant.slug, "dashboard": dashboard.slug})
    return with_query(path, _state(request, chosen))


def _state(request: TenantRequest, chosen: str | None) -> Any:
    return {**shared_state(request.GET), **({} if chosen is None else {CHOSEN: chosen})}
