"""The door of the forms for a dashboard's variables and annotations: drawn anew as their buttons say, and read in the end."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from dashboards.asking import page_range, zone_of
from dashboards.builder.finding import find_dashboard
from dashboards.builder.parts import PARTS, NoSuchPlace, Things, read_things, things_of
from dashboards.builder.showing import Shown, show_options
from dashboards.checks import check_annotations, check_variables
from dashboards.models import Dashboard
from dashboards.panels.document import DocumentError, DocumentInvalid
from dashboards.variables.definitions import Variable
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, require
from tenants.models import Role

LONGEST = 1_000_000
USE = "use"


@require_POST
@require(Role.EDITOR)
def edit_part(request: TenantRequest, tenant: str, dashboard: str, part: str) -> HttpResponse:
    """The form of a list that was sent as `rows`, in JSON, or of the form's own fields after what its button does.

    Answers `use` with the list as the document has it, if nothing is wrong with it.
    """
    found = find_dashboard(request, dashboard)
    if part not in PARTS:
        raise Http404("There is no such part.")
    if not Viewer.of(request).may_change(found):
        raise PermissionDenied("Shared dashboards are changed by platform admins.")
    things, do = _read(request, part), request.POST.get("do", "")
    if do == USE:
        return _use(request, found, things)
    if do.startswith("show:") and part == "variables":
        return _show(request, found, things, do)
    return _form(request, _done(things, do))


def _read(request: TenantRequest, part: str) -> Things:
    if "rows" not in request.POST:
        return read_things(PARTS[part], request.POST)
    text = request.POST["rows"]
    try:
        rows: Any = json.loads(text) if len(text) <= LONGEST else []
    except (ValueError, RecursionError):
        rows = []
    return things_of(PARTS[part], rows)


def _done(things: Things, do: str) -> Things:
    """A button of a form that has changed since does nothing."""
    if do:
        with suppress(NoSuchPlace):
            things.act(do)
    return things


def _use(request: TenantRequest, dashboard: Dashboard, things: Things) -> HttpResponse:
    try:
        rows = things.checked()
        if errors := _objections(dashboard, things):
            raise DocumentInvalid(*errors)
    except DocumentInvalid as error:
        return _form(request, things, errors=error.errors, status=422)
    return JsonResponse({"rows": rows})


def _show(request: TenantRequest, dashboard: Dashboard, things: Things, do: str) -> HttpResponse:
    """What can be chosen of a variable, as it is written and with the defaults of those above it."""
    place = int(do.rpartition("v")[2]) if do.rpartition("v")[2].isdecimal() else len(things.kinds)
    try:
        variables = cast(Sequence[Variable], things.part.read(things.rows[: place + 1]))
        if errors := check_variables(variables, is_shared=dashboard.is_shared):
            raise DocumentInvalid(*errors)
    except DocumentInvalid as error:
        return _form(request, things, errors=error.errors, status=422)
    if place >= len(variables):
        return _form(request, things)
    zone = zone_of(request.GET, request.user, request.tenant)
    time_range = page_range(request.GET, zone, default=dashboard.time_range).read()
    return _form(request, things, shown=(place, show_options(dashboard, request.tenant, variables, time_range)))


def _objections(dashboard: Dashboard, things: Things) -> list[DocumentError]:
    """The guard's."""
    check: Any = check_variables if things.part.name == "variables" else check_annotations
    found: list[DocumentError] = check(things.part.read(things.rows), is_shared=dashboard.is_shared)
    return found


def _form(
    request: TenantRequest,
    things: Things,
    *,
    errors: Sequence[DocumentError] = (),
    shown: tuple[int, Shown] | None = None,
    status: int = 200,
) -> HttpResponse:
    nodes, homeless = things.nodes([*things.errors, *errors])
    place, options = shown if shown is not None else (-1, None)
    rows = [
        (kind, dict(things.part.labels).get(kind, ""), node, options if number == place else None)
        for number, (kind, node) in enumerate(zip(things.kinds, nodes, strict=True))
    ]
    context = {"part": things.part, "rows": rows, "errors": homeless, "is_full": len(rows) >= things.part.most}
    return render(request, "builder/_part_form.html", context, status=status)
