"""The pages of data sources: a tenant's own for its admins, the shared ones for platform admins; the same, with another reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.pages import changing
from datasources.pages.forms import SourceForm
from datasources.pages.reach import Reach
from datasources.pages.throttle import seconds_to_wait
from datasources.sources import configured_of
from datasources.statuses import Mishap, Seen, ask_status, kept_statuses, last_mishaps
from datasources.uses import uses_of
from tenants.access import require, tenants_of
from tenants.models import Role, User

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Line:
    """A source in the list. Without `seen` its status is still to be asked for."""

    source: DataSource
    kind: str
    may_be_default: bool
    seen: Seen | None
    mishap: Mishap | None
    reach: Reach

    @property
    def seen_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.seen.at, UTC) if self.seen is not None else None

    @property
    def mishap_at(self) -> datetime | None:
        return datetime.fromtimestamp(self.mishap.at, UTC) if self.mishap is not None else None

    @property
    def may_be_changed(self) -> bool:
        return self.source.tenant_id == (self.reach.tenant.pk if self.reach.tenant is not None else None)

    @property
    def urls(self) -> dict[str, str]:
        names = ("status", "test", "edit", "default", "switch", "delete")
        return {name: self.reach.url(name, source=self.source.slug) for name in names}


def for_admins(view: View) -> tuple[View, View]:
    """The view for a tenant's admins, and for platform admins."""

    @wraps(view)
    def of_tenant(request: Any, tenant: str, **kwargs: Any) -> HttpResponse:
        return view(request, Reach(request.tenant), **kwargs)

    @wraps(view)
    def of_platform(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not cast(User, request.user).is_platform_admin:
            raise PermissionDenied("Only platform admins may see the shared data sources.")
        return view(request, Reach(None), **kwargs)

    return require(Role.ADMIN)(of_tenant), of_platform


@require_safe
def list_page(request: HttpRequest, reach: Reach) -> HttpResponse:
    """All that can be named here. Asks no source: what is not known of one comes after the page."""
    rows = [*reach.own(), *reach.shared_with()]
    context = {"lines": _lines(rows, reach), "kinds": _kinds(reach), "own_database": reach.tenant}
    return _page(request, reach, "sources/list.html", context)


@require_safe
def status_fragment(request: HttpRequest, reach: Reach, source: str) -> HttpResponse:
    """How a source is, asked now unless somebody asked in the last minute."""
    row = reach.find(source, reach.own() | reach.shared_with())
    (line,) = _lines([row], reach)
    configured = configured_of(row)
    is_busy = False
    if line.seen is None and configured is not None:
        seen = ask_status(configured, reach.tenant)
        is_busy = seen is None
        line = _line(row, reach, seen, line.mishap)
    context = {"line": line, "is_busy": is_busy, "is_broken": configured is None}
    return render(request, "sources/_status.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_page(request: HttpRequest, reach: Reach, kind: str) -> HttpResponse:
    its_kind = reach.kind(kind)
    source = DataSource(tenant=reach.tenant, kind=its_kind.name)
    form = SourceForm(its_kind, request.POST if request.method == "POST" else None, instance=source)
    if reach.own().count() >= changing.MOST_SOURCES:
        messages.error(request, f"There are {changing.MOST_SOURCES} data sources already, as many as there may be.")
        return redirect(reach.url("list"))
    if form.is_valid():
        with transaction.atomic():
            made = changing.save_entered(form)
        messages.success(request, f"“{made.name}” is added.")
        return redirect(reach.url("list"))
    return _page(request, reach, "sources/form.html", {"form": form, "kind": its_kind}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, reach: Reach, source: str) -> HttpResponse:
    with transaction.atomic():
        row = reach.find(source, reach.own().select_for_update() if request.method == "POST" else None)
        its_kind = SOURCE_KINDS.get(row.kind)
        if its_kind is None:
            messages.error(request, f"This installation knows no data sources of the kind “{row.kind}”.")
            return redirect(reach.url("list"))
        stored_name = row.name  # a form that is not valid has written what was sent into the row
        form = SourceForm(its_kind, request.POST if request.method == "POST" else None, instance=row)
        if form.is_valid():
            changing.save_entered(form)
            messages.success(request, f"“{row.name}” is saved.")
            return redirect(reach.url("list"))
    is_overtaken = form.has_error(NON_FIELD_ERRORS, "overtaken")
    context = {
        "form": form,
        "kind": its_kind,
        "source": row,
        "stored_name": stored_name,
        "is_overtaken": is_overtaken,
        "delete_url": reach.url("delete", source=source),
    }
    return _page(request, reach, "sources/form.html", context, status=409 if is_overtaken else 422 if form.errors else 200)


@require_POST
def test_action(request: HttpRequest, reach: Reach, source: str) -> HttpResponse:
    row = reach.find(source)
    wait = seconds_to_wait(cast(User, request.user))
    if wait:
        context = {"seconds": wait, "list_url": reach.url("list")}
        return _page(request, reach, "sources/too_many.html", context, status=429, headers={"Retry-After": str(wait)})
    seen = changing.test(row, reach.tenant)
    if seen is None:
        messages.error(request, f"“{row.name}” could not be asked now. Please try again in a moment.")
    elif seen.status.is_connected:
        messages.success(request, f"“{row.name}” answers.")
    else:
        messages.error(request, f"“{row.name}”: {seen.status.error}")
    return redirect(reach.url("list"))


@require_POST
def default_action(request: HttpRequest, reach: Reach, source: str) -> HttpResponse:
    row = reach.find(source)
    if changing.may_be_default(row):
        changing.make_default(row)
        messages.success(request, f"“{row.name}” is the default now.")
    else:
        messages.error(request, "SQL that names no data source asks the tenant's own database, always.")
    return redirect(reach.url("list"))


@require_POST
def switch_action(request: HttpRequest, reach: Reach, source: str) -> HttpResponse:
    row = reach.find(source)
    changing.switch(row, is_enabled=request.POST.get("enabled") == "1")
    messages.success(request, f"“{row.name}” is switched {'on' if row.is_enabled else 'off'}.")
    return redirect(reach.url("list"))


@require_http_methods(["GET", "HEAD", "POST"])
def delete_page(request: HttpRequest, reach: Reach, source: str) -> HttpResponse:
    """Asks first; and says who needs it, where somebody does."""
    row = reach.find(source)
    uses = uses_of(row)
    if request.method == "POST" and not uses:
        changing.delete(row)
        messages.success(request, f"“{row.name}” is deleted.")
        return redirect(reach.url("list"))
    context = {"source": row, "uses": uses, "edit_url": reach.url("edit", source=source)}
    return _page(request, reach, "sources/delete.html", context, status=409 if request.method == "POST" else 200)


@require_safe
def from_admin(request: HttpRequest) -> HttpResponse:
    """Where the administration's index leads to."""
    return redirect("sources-list")


def _lines(rows: list[DataSource], reach: Reach) -> list[Line]:
    seen, mishaps = kept_statuses(rows, reach.tenant), last_mishaps(rows, reach.tenant)
    return [_line(row, reach, seen.get(row.pk), mishaps.get(row.pk)) for row in rows]


def _line(row: DataSource, reach: Reach, seen: Seen | None, mishap: Mishap | None) -> Line:
    kind = SOURCE_KINDS.get(row.kind)
    return Line(row, kind.label if kind is not None else row.kind, changing.may_be_default(row), seen, mishap, reach)


def _kinds(reach: Reach) -> list[dict[str, str]]:
    return [{"label": kind.label, "url": reach.url("add", kind=kind.name)} for kind in reach.kinds()]


def _page(
    request: HttpRequest,
    reach: Reach,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    more = {"tenants": tenants_of(cast(User, request.user)), "of_tenant": reach.tenant, "list_url": reach.url("list")}
    response = render(request, template, more | context, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response
