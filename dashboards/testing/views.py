"""*Test on all tenants* of a panel: the page, and the answers that come in while it looks. Without a script it waits for them."""

import orjson
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from dashboards.models import Panel
from dashboards.panels.document import DocumentInvalid
from dashboards.read import read_panel
from dashboards.testing.answering import (
    MOST_SECONDS,
    MOST_SECONDS_OF_A_PAGE,
    Answers,
    Refused,
    begun,
    refusal,
    streamed,
    told,
    whole,
)
from dashboards.testing.drafts import RANGES, draft_of, length_of, sent_document, thing_of
from dashboards.testing.parts import Part
from dashboards.testing.tenants import editable_by, sampled
from dashboards.testing.verdict import Verdict
from dashboards.unavailable import PanelUnavailable
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role


@require_http_methods(["GET", "HEAD", "POST"])
@require(Role.EDITOR)
def panel_test(request: TenantRequest, tenant: str, panel: str) -> HttpResponse:
    """The page, for the panel as it is stored or as it was sent; what a button without a script asks for is run."""
    stored = Panel.objects.find_for(Viewer.of(request), panel)
    if stored is None and request.method != "POST":
        raise Http404("No such panel.")
    found: list[Verdict] | None = None
    try:
        draft = _draft(request, stored, panel)
        if request.POST.get("what"):
            found = whole(_begun(request, stored, draft, MOST_SECONDS_OF_A_PAGE))
    except Refused as error:
        return _page(request, stored, panel, problem=str(error), status=error.status)
    return _page(request, stored, panel, draft=draft, found=found)


@require_POST
@require(Role.EDITOR)
def panel_test_run(request: TenantRequest, tenant: str, panel: str) -> HttpResponseBase:
    stored = Panel.objects.find_for(Viewer.of(request), panel)
    try:
        return streamed(_begun(request, stored, _draft(request, stored, panel), MOST_SECONDS))
    except Refused as error:
        return refusal(error)


def _draft(request: TenantRequest, stored: Panel | None, slug: str) -> Panel:
    try:
        return draft_of(stored, slug, sent_document(request.POST, stored), tenant=request.tenant, by=request.user)
    except DocumentInvalid as error:
        raise Refused("; ".join(map(str, error.errors)), 422) from error


def _begun(request: TenantRequest, stored: Panel | None, draft: Panel, most_seconds: float) -> Answers:
    """Raises Refused."""
    try:
        read_panel(draft)
    except PanelUnavailable as error:
        raise Refused(error.in_full, 422) from error
    part = Part(draft, length_of(request.POST.get("range", ""), draft), thing_of(stored or draft))
    tenants = editable_by(stored or draft, request.user)
    return begun(request, [part], tenants, [stored or draft], most_seconds)


def _page(
    request: TenantRequest,
    stored: Panel | None,
    slug: str,
    *,
    draft: Panel | None = None,
    found: list[Verdict] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    is_sent = draft is not None and draft is not stored
    tenants = editable_by(stored or draft or Panel(), request.user)
    where = {"tenant": request.tenant.slug, "panel": slug}
    back = reverse("panel-about", kwargs=where) if stored else reverse("panels", args=[request.tenant.slug])
    context = {
        "title": (draft or stored or Panel(title=slug)).title,
        "back_url": back,
        "back_label": stored.title if stored else "Panels",
        "run_url": reverse("panel-test-run", kwargs=where),
        "is_sent": is_sent,
        "document": orjson.dumps(draft.document).decode() if draft is not None and is_sent else "",
        "count": len(tenants),
        "sample": len(sampled(tenants, [stored or Panel()], request.tenant)),
        "ranges": RANGES,
        "length": length_of(request.POST.get("range", ""), draft or stored or Panel()),
        **told(found, problem),
        "tenants": tenants_of(request.user),
    }
    return render(request, "dashboards/test.html", context, status=status)
