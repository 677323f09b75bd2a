"""A panel tested on the tenants that its caller edits."""

import time
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
from api.schemas.testing import PanelTest, PanelTested
from api.sharing import find_visible
from audit.recording import Thing
from dashboards.models import Panel
from dashboards.panels.document import DocumentError, read_document
from dashboards.testing.drafts import draft_of, length_of
from dashboards.testing.running import Run, begin
from dashboards.testing.tenants import editable_by, living_first, sampled
from dashboards.testing.turns import TooManyRuns
from dashboards.testing.verdict import Outcome, Verdict
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
    tenants = _chosen(body, editable, stored, here)
    run = Run(draft, living_first(tenants), length_of(body.time_range or "", draft), MOST_SECONDS, Thing.of(stored))
    started = time.perf_counter()
    with closing(begin(run)) as answers:
        found = sorted((one for one in answers if one is not None), key=_worst_first)
    return {
        "panel_id": panel_id,
        "tenants": len(editable),
        "tested": len(tenants),
        "runs_on": sum(one.runs for one in found),
        "seconds": round(time.perf_counter() - started, 3),
        "items": [asdict(one) for one in found],
    }


@api.exception_handler(TooManyRuns)
def too_many_runs(request: HttpRequest, error: TooManyRuns) -> HttpResponse:
    answer = api.create_response(request, {"detail": str(error)}, status=429)
    answer["Retry-After"] = "10"
    return answer


def _chosen(body: PanelTest, editable: list[Tenant], stored: Panel, here: Tenant | None) -> list[Tenant]:
    """Raises NotValid for one that is none of those that the caller edits, whether it exists or not."""
    if body.tenant_ids is None:
        return sampled(editable, stored, here) if body.sample else editable
    by_slug = {tenant.slug: tenant for tenant in editable}
    unknown = [
        DocumentError(f"tenant_ids[{place}]", "this is no tenant that you edit")
        for place, slug in enumerate(body.tenant_ids)
        if slug not in by_slug
    ]
    if unknown:
        raise NotValid(unknown)
    return [by_slug[slug] for slug in dict.fromkeys(body.tenant_ids)]


def _worst_first(one: Verdict) -> tuple[int, str]:
    return list(Outcome).index(one.outcome), one.name.casefold()
