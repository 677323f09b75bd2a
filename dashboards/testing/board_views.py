"""*Test on all tenants* of a dashboard: all its panels, a line for each on each tenant."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from dashboards.models import Dashboard, Panel
from dashboards.pages.finding import dashboard_for
from dashboards.testing.answering import (
    MOST_SECONDS,
    MOST_SECONDS_OF_A_PAGE,
    Answers,
    Refused,
    begun,
    refusal,
    streamed,
    told,
    totals,
    whole,
)
from dashboards.testing.boards import ASKS_NOTHING, parts_of
from dashboards.testing.drafts import RANGES
from dashboards.testing.parts import Part
from dashboards.testing.tenants import editable_by, sampled
from dashboards.testing.verdict import Verdict
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def dashboard_test(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponse:
    """The page; what a button without a script asks for is run."""
    board = dashboard_for(request, dashboard)
    if request.method != "POST":
        return _page(request, board)
    try:
        found = whole(_begun(request, board, MOST_SECONDS_OF_A_PAGE))
    except Refused as error:
        return _page(request, board, problem=str(error), status=error.status)
    return _page(request, board, found=found)


@require_POST
@require(Role.EDITOR)
def dashboard_test_run(request: TenantRequest, tenant: str, dashboard: str) -> HttpResponseBase:
    board = dashboard_for(request, dashboard)
    try:
        return streamed(_begun(request, board, MOST_SECONDS))
    except Refused as error:
        return refusal(error)


def _begun(request: TenantRequest, board: Dashboard, most_seconds: float) -> Answers:
    """Raises Refused."""
    parts = _parts(request, board)
    if not parts:
        raise Refused(ASKS_NOTHING, 422)
    return begun(request, parts, editable_by(board, request.user), [part.panel for part in parts], most_seconds)


def _parts(request: TenantRequest, board: Dashboard) -> list[Part]:
    length = request.POST.get("range", "")
    return parts_of(board, Panel.objects.seen_by(Viewer.of(request)), length if length in RANGES else "", by=request.user)


def _page(
    request: TenantRequest, board: Dashboard, *, found: list[Verdict] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    where = {"tenant": request.tenant.slug, "dashboard": board.slug}
    tenants, parts = editable_by(board, request.user), _parts(request, board)
    context = {
        "is_board": True,
        "panels": len(parts),
        "title": board.name,
        "back_url": reverse("dashboard", kwargs=where),
        "back_label": board.name,
        "run_url": reverse("dashboard-test-run", kwargs=where),
        "count": len(tenants) if parts else 0,
        "sample": len(sampled(tenants, [part.panel for part in parts], request.tenant)),
        "ranges": {"": "As on the dashboard", **RANGES},
        "length": request.POST.get("range", ""),
        "totals": totals(found or []),
        **told(found, problem),
        "tenants": tenants_of(request.user),
    }
    return render(request, "dashboards/test.html", context, status=status)
