"""The list of a tenant's dashboards, what a search finds, favourites, and where one begins."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from dashboards.library.favorites import set_favorite
from dashboards.library.homes import NotHome, home_of, set_own_home, set_tenant_home
from dashboards.library.listing import Found, options, search, shelves
from dashboards.library.wanted import Wanted
from dashboards.pages.finding import dashboard_for
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

MOST_OPTIONS = 30


@require_safe
def tenant_home(request: TenantRequest, tenant: str) -> HttpResponse:
    """Where one begins in a tenant: the home dashboard, else the list."""
    slug = home_of(request.user, Viewer.of(request))
    if slug is not None:
        return redirect("dashboard", tenant=tenant, dashboard=slug)
    return _list(request)


@require_safe
def dashboards(request: TenantRequest, tenant: str) -> HttpResponse:
    return _list(request)


@require_safe
def dashboard_options(request: TenantRequest, tenant: str) -> HttpResponse:
    """What a switcher shows of a search, as items of its list."""
    found = options(Viewer.of(request), request.GET.get("q", ""), most=MOST_OPTIONS)
    return render(request, "dashboards/_options.html", {"found": found, "here": request.GET.get("here", "")})


@require_POST
def favorite(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """Make a dashboard a favourite of whoever asks, or not any more. A script is sent the star alone."""
    found = dashboard_for(request, dashboard)
    found.is_favorite = request.POST.get("favorite") == "1"
    set_favorite(Viewer.of(request), found, is_favorite=found.is_favorite)
    if request.headers.get("HX-Request") == "true":
        return render(request, "dashboards/_star.html", {"item": found, "focus": True})
    return _back(request, "dashboards")


@require_POST
def own_home(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    found = dashboard_for(request, dashboard)
    is_home = request.POST.get("home") == "1"
    set_own_home(request.user, request.tenant, found.slug if is_home else "")
    messages.success(request, f"You begin with {found.name} from now on." if is_home else "It is not your home any more.")
    return redirect("dashboard", tenant=tenant, dashboard=dashboard)


@require_POST
@require(Role.ADMIN)
def home_of_all(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """Where the tenant's members begin who have chosen nothing else: admins."""
    found = dashboard_for(request, dashboard)
    is_home = request.POST.get("home") == "1"
    try:
        set_tenant_home(request.tenant, found if is_home else None)
    except NotHome as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Members begin with {found.name}." if is_home else "Members begin with the list.")
    return redirect("dashboard", tenant=tenant, dashboard=dashboard)


def _list(request: TenantRequest) -> HttpResponse:
    """Four queries however many dashboards there are: who asks, the tenants to switch to, the shelves, and the page."""
    viewer, wanted = Viewer.of(request), Wanted.of(request.GET)
    found = search(viewer, wanted)
    if not found.count and wanted.page > 1:
        raise Http404("No such page.")
    context = {
        "wanted": wanted,
        "found": found,
        "shelves": shelves(viewer),
        "pages": _pages(request, wanted, found),
        "may_make": viewer.is_editor,
        "tenants": tenants_of(request.user),
    }
    return render(request, "dashboards/list.html", context)


def _pages(request: TenantRequest, wanted: Wanted, found: Found) -> dict[str, Any]:
    """The addresses of the pages before and after; None where there is none."""

    def at(page: int) -> str | None:
        if not 1 <= page <= found.pages or page == wanted.page:
            return None
        kept = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
        return "?" + urlencode([*kept, ("page", str(page))])

    return {"earlier": at(wanted.page - 1), "later": at(wanted.page + 1), "number": wanted.page, "last": found.pages}


def _back(request: TenantRequest, name: str) -> HttpResponse:
    """To the page a form stood on, if it is one of ours."""
    page = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return redirect(page)
    return redirect(name, tenant=request.tenant.slug)
