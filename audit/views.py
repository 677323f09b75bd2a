"""The pages of events: a tenant's for its admins, all of them for platform admins; the same page, with another reach."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.csv_file import csv_response
from audit.filters import Filter, FilterForm, zone_named
from audit.listing import BadCursor, Page, page
from audit.models import Event, EventQuerySet
from audit.shown import facts, sides
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role, Tenant, User

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose events somebody looks at; `tenant` None: everybody's."""

    tenant: Tenant | None

    def events(self) -> EventQuerySet:
        events = Event.objects.all()
        return events if self.tenant is None else events.of_tenant(self.tenant)

    def url(self, name: str, **of: Any) -> str:
        if self.tenant is None:
            return reverse(f"audit-{name}", kwargs=of)
        return reverse(f"tenant-audit-{name}", kwargs={"tenant": self.tenant.slug, **of})


def for_platform_admins(view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(User, request.user).is_platform_admin:
            raise PermissionDenied("Only platform admins may see the events of all tenants.")
        return view(request, *args, **kwargs)

    return checked


@require_safe
@require(Role.ADMIN)
def tenant_events(request: TenantRequest, tenant: str) -> HttpResponse:
    return _list(request, Reach(request.tenant))


@require_safe
@require(Role.ADMIN)
def tenant_event(request: TenantRequest, tenant: str, event: int) -> HttpResponse:
    return _one(request, Reach(request.tenant), event)


@require_safe
@require(Role.ADMIN)
def tenant_csv(request: TenantRequest, tenant: str) -> HttpResponseBase:
    return _csv(request, Reach(request.tenant))


@require_safe
@for_platform_admins
def all_events(request: HttpRequest) -> HttpResponse:
    return _list(request, Reach(None))


@require_safe
@for_platform_admins
def one_event(request: HttpRequest, event: int) -> HttpResponse:
    return _one(request, Reach(None), event)


@require_safe
@for_platform_admins
def all_csv(request: HttpRequest) -> HttpResponseBase:
    return _csv(request, Reach(None))


@require_safe
def from_admin(request: HttpRequest) -> HttpResponse:
    """Where the administration's index leads to."""
    return redirect("audit-list")


def _list(request: HttpRequest, reach: Reach) -> HttpResponse:
    """One query for the events, one for the tenants of the switcher."""
    with timezone.override(_zone(request, reach)):
        form = FilterForm(request.GET, with_tenant=reach.tenant is None)
        shown, status = Page([], ""), 422
        if form.is_valid():
            try:
                shown, status = page(Filter.of(form.cleaned_data).applied(reach.events()), request.GET.get("after", "")), 200
            except BadCursor as error:
                raise Http404(str(error)) from error
        for event in shown.events:
            event.url = reach.url("event", event=event.id)  # type: ignore[attr-defined]
        context = {**_context(request, reach), "form": form, "page": shown, "is_filtered": _is_filtered(request)}
        context |= {"csv_url": _with_query(request, reach.url("csv")), "older_url": _older(request, shown)}
        context["newest_url"] = _with_query(request, request.path) if "after" in request.GET else ""
        return render(request, "audit/list.html", context, status=status)


def _one(request: HttpRequest, reach: Reach, number: int) -> HttpResponse:
    event = reach.events().filter(id=number).first() if number < 2**63 else None
    if event is None:
        raise Http404("No such event.")
    with timezone.override(_zone(request, reach)):
        context = {**_context(request, reach), "event": event, "sides": sides(event), "facts": facts(event)}
        return render(request, "audit/event.html", context)


def _csv(request: HttpRequest, reach: Reach) -> HttpResponseBase:
    with timezone.override(_zone(request, reach)):
        form = FilterForm(request.GET, with_tenant=reach.tenant is None)
        if not form.is_valid():
            return _list(request, reach)
        asked = Filter.of(form.cleaned_data)
    return csv_response(asked.applied(reach.events()), asked, reach.tenant)


def _context(request: HttpRequest, reach: Reach) -> dict[str, Any]:
    return {
        "tenants": tenants_of(cast(User, request.user)),
        "of_tenant": reach.tenant,
        "list_url": reach.url("list"),
        "zone": _zone(request, reach).key,
    }


def _zone(request: HttpRequest, reach: Reach) -> Any:
    return zone_named(cast(User, request.user).time_zone, reach.tenant.time_zone if reach.tenant else "")


def _is_filtered(request: HttpRequest) -> bool:
    return any(value for name, value in request.GET.items() if name not in {"days", "after"})


def _with_query(request: HttpRequest, path: str, **changed: str) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    for name, value in changed.items():
        query[name] = value
    return f"{path}?{query.urlencode()}" if query else path


def _older(request: HttpRequest, shown: Page) -> str:
    return _with_query(request, request.path, after=shown.older) if shown.older else ""
