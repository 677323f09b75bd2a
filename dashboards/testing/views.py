"""*Test on all tenants*: the page, and the answers that come in while it looks. Without a script it waits for all of them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

import orjson
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from dashboards.models import Panel
from dashboards.panels.document import DocumentInvalid
from dashboards.refresh import PanelUnavailable
from dashboards.testing.drafts import RANGES, draft_of, length_of, sent_document, thing_of
from dashboards.testing.running import Run, begin
from dashboards.testing.tenants import editable_by, living_first, sampled
from dashboards.testing.turns import TooManyRuns
from dashboards.testing.verdict import Outcome, Verdict
from dashboards.viewer import Viewer
from datasources.pages.throttle import seconds_to_wait
from tenants.access import TenantRequest, require, tenants_of
from tenants.models import Role

MOST_SECONDS = 300.0
MOST_SECONDS_OF_A_PAGE = 25.0  # for who waits without seeing anything
WORDS = {Outcome.FAILS: "Fails", Outcome.AWAY: "Not asked", Outcome.EMPTY: "No rows", Outcome.RUNS: "Runs"}
TONES = {Outcome.FAILS: "critical", Outcome.AWAY: "unknown", Outcome.EMPTY: "warning", Outcome.RUNS: "good"}


class Refused(Exception):
    """Nothing is run: why, and the status that says so."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


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
            with closing(_begun(request, stored, draft, MOST_SECONDS_OF_A_PAGE)) as answers:
                found = [one for one in answers if one is not None]
    except Refused as error:
        return _page(request, stored, panel, problem=str(error), status=error.status)
    return _page(request, stored, panel, draft=draft, found=found)


@require_POST
@require(Role.EDITOR)
def panel_test_run(request: TenantRequest, tenant: str, panel: str) -> HttpResponseBase:
    """A line of JSON a tenant, as each is through; an empty one where nothing came for a moment, so that a reader's end shows."""
    stored = Panel.objects.find_for(Viewer.of(request), panel)
    try:
        answers = _begun(request, stored, _draft(request, stored, panel), MOST_SECONDS)
    except Refused as error:
        return HttpResponse(str(error), status=error.status, content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(_lines(answers), content_type="application/x-ndjson")
    response["X-Accel-Buffering"] = "no"  # nginx would hold back what is to be seen at once
    return response


def _draft(request: TenantRequest, stored: Panel | None, slug: str) -> Panel:
    try:
        return draft_of(stored, slug, sent_document(request.POST, stored), tenant=request.tenant, by=request.user)
    except DocumentInvalid as error:
        raise Refused("; ".join(map(str, error.errors)), 422) from error


def _begun(request: TenantRequest, stored: Panel | None, draft: Panel, most_seconds: float) -> Any:
    """Raises Refused."""
    wait = seconds_to_wait(request.user)
    if wait:
        raise Refused(f"Too many tests. Please wait {wait} s.", 429)
    tenants = editable_by(stored or draft, request.user)
    if request.POST.get("what") == "sample":
        tenants = sampled(tenants, stored or draft, request.tenant)
    length = length_of(request.POST.get("range", ""), draft)
    try:
        return begin(Run(draft, living_first(tenants), length, most_seconds, thing_of(stored or draft)))
    except TooManyRuns as error:
        raise Refused(str(error), 429) from error
    except PanelUnavailable as error:
        raise Refused(f"{error.sentence} {error.detail}".strip(), 422) from error


def _lines(answers: Any) -> Iterator[bytes]:
    with closing(answers):
        for one in answers:
            yield (orjson.dumps(asdict(one)) if one is not None else b"") + b"\n"


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
    context = {
        "stored": stored,
        "slug": slug,
        "panel_title": (draft or stored or Panel(title=slug)).title,
        "is_sent": is_sent,
        "document": orjson.dumps(draft.document).decode() if draft is not None and is_sent else "",
        "count": len(tenants),
        "sample": len(sampled(tenants, stored or Panel(), request.tenant)),
        "ranges": RANGES,
        "length": length_of(request.POST.get("range", ""), draft or stored or Panel()),
        "found": _sorted(found or []),
        "runs_on": sum(one.runs for one in found or []),
        "is_through": found is not None,
        "problem": problem,
        "outcomes": [(outcome.value, WORDS[outcome], TONES[outcome]) for outcome in Outcome],
        "tenants": tenants_of(request.user),
    }
    return render(request, "dashboards/test.html", context, status=status)


def _sorted(found: list[Verdict]) -> list[dict[str, Any]]:
    """What is wrong first, then by the tenant's name."""
    order = list(Outcome)
    lines = sorted(found, key=lambda one: (order.index(one.outcome), one.name.casefold()))
    return [{"one": one, "words": WORDS[one.outcome], "tone": TONES[one.outcome]} for one in lines]
