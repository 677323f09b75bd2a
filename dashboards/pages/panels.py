"""The panels a tenant has: a list, and what each is, where it is shown, and what may be done with it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboards.asking import read_text
from dashboards.changing import Gone, Overtaken, delete_unchanged
from dashboards.library.usage import used_on
from dashboards.managed import managed_note
from dashboards.models import Panel
from dashboards.pages.finding import check_may_change, panel_for, seen_in
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

PAGE_SIZE = 100


@require_safe
@require(Role.EDITOR)
def panels(request: TenantRequest, tenant: str) -> HttpResponse:
    """The tenant's own panels and those shared with it, by title."""
    q = read_text(request.GET, "q").strip()
    rows = Panel.objects.seen_by(Viewer.of(request))
    for word in q.split():
        rows = rows.filter(Q(title__icontains=word) | Q(slug__icontains=word) | Q(panel_type__icontains=word))
    ordered = rows.only("slug", "title", "panel_type", "scope", "updated_at").order_by(Lower("title"), "slug")
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"q": q, "page": page, "tenants": tenants_of(request.user)}
    return render(request, "dashboards/panels.html", context)


@require_safe
@require(Role.EDITOR)
def panel_about(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    """One panel: whose it is, and the dashboards that show it."""
    found = panel_for(request, panel)
    return render(request, "dashboards/panel_about.html", _context(request, found))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def panel_delete(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    """Asked before it is done, with the dashboards that would lack it."""
    found = panel_for(request, panel)
    check_may_change(request, found)
    context = _context(request, found)
    if request.method != "POST":
        return render(request, "dashboards/panel_delete.html", context)
    try:
        delete_unchanged(found, seen=seen_in(request))
    except Overtaken as error:
        return render(request, "dashboards/panel_delete.html", {**context, "problem": str(error)}, status=409)
    except Gone:
        messages.info(request, "Somebody had deleted it already.")
    else:
        messages.success(request, f"{found.title} is deleted.")
    return redirect("panels", tenant=tenant)


def _context(request: TenantRequest, panel: Panel) -> dict[str, Any]:
    viewer = Viewer.of(request)
    return {
        "item": panel,
        "used": used_on(panel, viewer),
        "managed": managed_note(panel),
        "may_change": viewer.may_change(panel),
        "tenants": tenants_of(request.user),
    }
