"""The page *Checks*: which panel works on which tenant's database, and since when not. For platform admins."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dashboards.asking import with_query
from dashboards.checking.runs import ON_ITS_WAY, newest, state_of
from dashboards.checking.starting import start
from dashboards.checking.summary import AWAY, NOT_FINE, summaries
from dashboards.models import Check, Panel
from tenants.jobs import is_anybody_working
from tenants.models import Tenant, User

PANELS_A_PAGE = 50
LONGEST_SEARCH = 100
PROBLEM, UNREACHABLE = "problem", "away"
OUTCOMES = [("", "Any"), (PROBLEM, "Anything wrong"), *Check.Outcome.choices, (UNREACHABLE, AWAY)]


@require_http_methods(["GET", "HEAD", "POST"])
def checks_page(request: HttpRequest) -> HttpResponse:
    """What the newest check has found of panels and tenants, by what is searched for; a POST checks again."""
    if request.method == "POST":
        return _check_again(request)
    asked = {
        name: request.GET.get(name, "").replace("\x00", "")[:LONGEST_SEARCH].strip() for name in ("panel", "tenant", "outcome")
    }
    checks = _checks(asked["tenant"])
    pages = Paginator(_panels(checks, asked["panel"], asked["outcome"], is_narrow=bool(asked["tenant"])), PANELS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    run = newest()
    state = state_of(run)
    context = {
        **admin.site.each_context(request),
        "title": "Checks",
        "asked": asked,
        "outcomes": OUTCOMES,
        "page": page,
        "query": {name: value for name, value in asked.items() if value},
        "earlier": _link(asked, page.number - 1) if page.has_previous() else "",
        "later": _link(asked, page.number + 1) if page.has_next() else "",
        "summaries": summaries(page.object_list, checks),
        "run": run,
        "state": state,
        "is_on_its_way": state in ON_ITS_WAY,
        "lacks_worker": state in ON_ITS_WAY and run is not None and run.job_id is not None and not is_anybody_working(),
        "one_tenant": Tenant.objects.filter(is_active=True, slug=asked["tenant"]).first() if asked["tenant"] else None,
        "whole": _whole(),
    }
    return TemplateResponse(request, "admin/checks.html", context)


def _check_again(request: HttpRequest) -> HttpResponse:
    """All tenants, or the one that is named."""
    slug = request.POST.get("tenant", "").replace("\x00", "")[:LONGEST_SEARCH]
    tenant = Tenant.objects.filter(is_active=True, slug=slug).first() if slug else None
    if slug and tenant is None:
        messages.error(request, "There is no such tenant.")
    elif not start(by=cast(User, request.user).email, tenant=tenant):
        messages.info(request, "A check is on its way already.")
    return redirect(with_query(reverse("admin:checks"), {"tenant": slug} if tenant is not None else {}))


def _checks(tenant: str) -> QuerySet[Check]:
    if not tenant:
        return Check.objects.order_by()
    named = Tenant.objects.filter(Q(slug=tenant) | Q(name__icontains=tenant)).values_list("pk", flat=True)
    return Check.objects.order_by().filter(tenant__in=list(named))


def _panels(checks: QuerySet[Check], search: str, outcome: str, *, is_narrow: bool) -> QuerySet[Panel]:
    """Those with something wrong first. Sets of ids are found once: asking of each of 5,000 panels takes five times as long."""
    broken = Q(pk__in=checks.filter(NOT_FINE).values("panel"))
    found = Panel.objects.annotate(is_broken=broken).select_related("tenant").defer("document")
    if search:
        found = found.filter(Q(slug__icontains=search) | Q(title__icontains=search))
    if outcome in Check.Outcome.values:
        found = found.filter(pk__in=checks.filter(outcome=outcome, away_since=None).values("panel"))
    elif outcome == UNREACHABLE:
        found = found.filter(pk__in=checks.filter(away_since__isnull=False).values("panel"))
    elif outcome == PROBLEM:
        found = found.filter(broken)
    elif is_narrow:
        found = found.filter(pk__in=checks.values("panel"))
    return found.order_by("-is_broken", "slug", "pk")


def _whole() -> dict[str, Any]:
    """Over all tenants, whatever is searched for."""
    wrong = Check.objects.filter(NOT_FINE).order_by()
    away = Tenant.objects.filter(pk__in=wrong.filter(away_since__isnull=False).values("tenant")).order_by("slug")
    return {
        "panels": wrong.filter(away_since=None).aggregate(count=Count("panel", distinct=True))["count"],
        "away": list(away.values_list("slug", flat=True)),
    }


def _link(asked: dict[str, str], page: int) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return with_query(reverse("admin:checks"), {**kept, "page": str(page)})
