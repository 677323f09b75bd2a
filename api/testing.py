"""A panel, or all of a dashboard, tested on the tenants that its caller edits."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from api.access import may_edit, platform_admin
from api.callers import user_of
from api.description import problems
from api.doors import api
from api.errors import NotValid
from api.limits import DEAR
from api.schemas.testing import DashboardTest, DashboardTested, PanelTest, PanelTested
from api.sharing import find_visible, visible
from audit.recording import Thing
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentError, read_document
from dashboards.read import read_panel
from dashboards.testing.boards import ASKS_NOTHING, parts_of
from dashboards.testing.drafts import draft_of, length_of
from dashboards.testing.parts import Part, Run
from dashboards.testing.running import begin
from dashboards.testing.tenants import editable_by, living_first, sampled
from dashboards.testing.turns import TooManyRuns
from dashboards.testing.verdict import worst_first
from tenants.models import Tenant

router = Router(tags=["panels"])

MOST_SECONDS = 60.0


@router.post(
    "/panels/{panel_id}/test",
    response=PanelTested,
    throttle=DEAR,
    operation_id="test_panel",
    openapi_extra=problems(404, 500),
)
def try_panel(request: HttpRequest, panel_id: str, body: PanelTest, tenant_id: str | None = None) -> dict[str, Any]:
    """Run a panel once on the tenants that the caller edits, as it is stored or as `document` has it.

    Every tenant is asked read-only and within its limits; those that did not answer lately come last, and what has not
    had its turn within a minute is `away`. For platform admins, without `tenant_id`: a shared panel.
    """
    here = may_edit(request, tenant_id) if tenant_id is not None else None
    user = user_of(request) if here is not None else platform_admin(request)
    stored, _ = find_visible(request, Panel, panel_id, tenant_id)
    document = read_document(body.document) if body.document is not None else None
    draft = draft_of(stored, panel_id, document, tenant=here, by=user)
    editable = editable_by(stored, user)
    tenants = _chosen(body, editable, [stored], here)
    read_panel(draft)
    part = Part(draft, length_of(body.time_range or "", draft), Thing.of(stored))
    return {"panel_id": panel_id, "tenants": len(editable), "tested": len(tenants), **_run([part], tenants, "runs_on")}


@router.post(
    "/dashboards/{slug}/test",
    response=DashboardTested,
    throttle=DEAR,
    operation_id="test_dashboard",
    tags=["dashboards"],
    openapi_extra=problems(404),
)
def try_dashboard(request: HttpRequest, slug: str, body: DashboardTest, tenant_id: str | None = None) -> dict[str, Any]:
    """Run all panels of a dashboard once on the tenants that the caller edits, as a panel by itself is tested.

    One whose panels ask nothing answers 422. For platform admins, without `tenant_id`: a shared dashboard, with shared panels.
    """
    here = may_edit(request, tenant_id) if tenant_id is not None else None
    user = user_of(request) if here is not None else platform_admin(request)
    board, _ = find_visible(request, Dashboard, slug, tenant_id)
    rows, _ = visible(request, Panel, tenant_id)
    parts = parts_of(board, rows, body.time_range or "", by=user)
    if not parts:
        raise NotValid([DocumentError("", ASKS_NOTHING)])
    editable = editable_by(board, user)
    tenants = _chosen(body, editable, [part.panel for part in parts], here)
    counts = {"panels": len(parts), "tenants": len(editable), "tested": len(tenants)}
    return {"slug": slug, **counts, **_run(parts, tenants, "runs")}


def _run(parts: Sequence[Part], tenants: Sequence[Tenant], runs: str) -> dict[str, Any]:
    """What is found, what is wrong first; `runs` is what the number of those that run is called."""
    started = time.perf_counter()
    with closing(begin(Run(parts, living_first(tenants), MOST_SECONDS))) as answers:
        found = sorted((one for one in answers if one is not None), key=worst_first)
    return {
        runs: sum(one.runs for one in found),
        "seconds": round(time.perf_counter() - started, 3),
        "items": [asdict(one) for one in found],
    }


@api.exception_handler(TooManyRuns)
def too_many_runs(request: HttpRequest, error: TooManyRuns) -> HttpResponse:
    answer = api.create_response(request, {"detail": str(error)}, status=429)
    answer["Retry-After"] = "10"
    return answer


def _chosen(body: DashboardTest, editable: list[Tenant], panels: Sequence[Panel], here: Tenant | None) -> list[Tenant]:
    """Raises NotValid for one that is none of those that the caller edits, whether it exists or not."""
    if body.tenant_ids is None:
        return sampled(editable, panels, here) if body.sample else editable
    by_slug = {tenant.slug: tenant for tenant in editable}
    unknown = [
        DocumentError(f"tenant_ids[{place}]", "this is no tenant that you edit")
        for place, slug in enumerate(body.tenant_ids)
        if slug not in by_slug
    ]
    if unknown:
        raise NotValid(unknown)
    return [by_slug[slug] for slug in dict.fromkeys(body.tenant_ids)]
