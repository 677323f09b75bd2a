"""The versions of a dashboard or a panel: a list, what differs between two of them, and the way back to one."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboards.asking import zone_of
from dashboards.changing import Gone, Overtaken
from dashboards.library.history import Kept, differing, history, version_at
from dashboards.library.restoring import NotKept, restore
from dashboards.models import Dashboard, Panel
from dashboards.pages.finding import check_may_change, dashboard_for, page_of, panel_for
from dashboards.panels.document import DocumentInvalid
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

LARGEST = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Subject:
    """What the versions are of, and where its pages are."""

    row: Panel | Dashboard
    name: str
    url: str
    versions_url: str
    restore_url: str


def of_dashboard(request: TenantRequest, slug: str) -> Subject:
    return _subject(request, dashboard_for(request, slug))


def of_panel(request: TenantRequest, slug: str) -> Subject:
    return _subject(request, panel_for(request, slug))


@require_safe
@require(Role.EDITOR)
def dashboard_versions(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    return _page(request, of_dashboard(request, dashboard))


@require_safe
@require(Role.EDITOR)
def panel_versions(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    return _page(request, of_panel(request, panel))


@require_POST
@require(Role.EDITOR)
def restore_dashboard(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    return _restore(request, of_dashboard(request, dashboard))


@require_POST
@require(Role.EDITOR)
def restore_panel(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    return _restore(request, of_panel(request, panel))


def _restore(request: TenantRequest, subject: Subject) -> HttpResponse:
    check_may_change(request, subject.row)
    number, seen = _number(request.POST, "restore"), _number(request.POST, "seen_version")
    try:
        stored: Any = restore(subject.row, number, by=request.user, seen=seen)
    except (NotKept, Gone) as error:
        raise Http404("No such version.") from error
    except Overtaken as error:
        return _page(
            request, subject, problem=f"{error} Nothing was restored: look at what changed, and decide anew.", status=409
        )
    except DocumentInvalid as error:
        problem = f"Version {number} cannot be restored: by today's rules it is not valid. {error}"
        return _page(request, subject, problem=problem, status=422)
    messages.success(request, f"{subject.name} is what it was in version {number} again. That is version {stored.version}.")
    return redirect(subject.versions_url)


def _page(request: TenantRequest, subject: Subject, *, problem: str = "", status: int = 200) -> HttpResponse:
    kept = history(subject.row)
    before, after = _compared(request, subject.row, kept)
    names_tenants = request.user.is_platform_admin
    with timezone.override(zone_of(QueryDict(), request.user, request.tenant)):
        context = {
            "subject": subject,
            "kept": kept,
            "before": before,
            "after": after,
            "differences": differing(before, after, names_tenants=names_tenants) if before and after else [],
            "may_restore": Viewer.of(request).may_change(subject.row),
            "problem": problem,
            "tenants": tenants_of(request.user),
        }
        return render(request, "dashboards/versions.html", context, status=status)


def _compared(request: TenantRequest, row: Panel | Dashboard, kept: list[Kept]) -> tuple[Kept | None, Kept | None]:
    """The versions that the address names; without, the newest change: the current one and the one before."""
    after = _number(request.GET, "to") if "to" in request.GET else kept[0].number
    earlier = next((one.number for one in kept if one.number < after), None)
    before = _number(request.GET, "from") if "from" in request.GET else earlier
    if before is None:
        return None, None
    found = version_at(row, before), version_at(row, after)
    if None in found:
        raise Http404("No such version.")
    return found


def _number(query: QueryDict, name: str) -> int:
    text = query.get(name, "")
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:10]) <= LARGEST:
        raise Http404("No such version.")
    return int(text[:10])


def _subject(request: TenantRequest, row: Panel | Dashboard) -> Subject:
    kind, where = row._meta.model_name, [request.tenant.slug, row.slug]
    versions_url, restore_url = reverse(f"{kind}-versions", args=where), reverse(f"{kind}-restore", args=where)
    return Subject(row, str(row), page_of(request, row), versions_url, restore_url)
