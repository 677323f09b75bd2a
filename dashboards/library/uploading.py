"""Documents brought by hand: what would change is said before it does, and only that is done which was said."""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from dashboards.as_code.applying import write
from dashboards.as_code.definitions import Definition, Definitions
from dashboards.as_code.pieces import Refusal, Refused
from dashboards.as_code.planning import Plan, plan_upload
from dashboards.changing import Gone, Overtaken, Taken
from dashboards.document import DashboardDocument
from dashboards.models import Dashboard, Panel
from dashboards.viewer import Viewer
from tenants.models import Tenant, User

UPLOAD = "upload"  # the door, as versions name it


@dataclass(frozen=True, slots=True)
class Report:
    """What an upload would change, and the `mark` by which it is confirmed."""

    plan: Plan
    mark: str


class Otherwise(Exception):
    """What would change now is not what was reported."""

    def __init__(self) -> None:
        super().__init__("Something else would change now than what was reported. Look at it again.")


def report_on(definitions: Definitions, viewer: Viewer | None) -> Report:
    """Compare with what the viewer's tenant has of its own; without a viewer with what is shared. Raises Refused."""
    tenant = viewer.tenant if viewer is not None else None
    if refusals := [*_hidden(definitions.items, viewer), *_lacking(definitions.items, tenant)]:
        raise Refused(*refusals)
    planned = plan_upload(definitions.items, tenant)
    return Report(planned, _mark(definitions, planned))


def take(definitions: Definitions, viewer: Viewer | None, *, confirmed: str, by: User) -> Report:
    """Do what was reported, all of it or nothing. Raises Refused, Otherwise."""
    try:
        with transaction.atomic():
            report = report_on(definitions, viewer)
            if report.mark != confirmed:
                raise Otherwise
            for change in report.plan.changes:
                write(change, report.plan, revision="", by=by, through=UPLOAD)
    except (Overtaken, Gone, Taken) as error:  # at the same moment
        raise Otherwise from error
    return report


def _mark(definitions: Definitions, planned: Plan) -> str:
    """It differs where anything else would happen: by the text, the tenant, and the versions it was compared with."""
    steps = [(one.act, one.kind, one.slug, one.row and (one.row.pk, one.row.version)) for one in planned.changes]
    seen = (definitions.digest, planned.tenant and planned.tenant.pk, steps)
    return hashlib.blake2b(repr(seen).encode(), digest_size=16).hexdigest()


def _hidden(items: tuple[Definition, ...], viewer: Viewer | None) -> list[Refusal]:
    """What the tenant has and the viewer does not see is not theirs to change, nor to be told of."""
    if viewer is None:
        return []
    brought = [item for item in items if item.kind == "dashboard"]
    named = {"slug__in": [item.slug for item in brought]}
    there = set(Dashboard.objects.owned_by(viewer.tenant).filter(**named).values_list("slug", flat=True))
    seen = set(Dashboard.objects.seen_by(viewer).owned_by(viewer.tenant).filter(**named).values_list("slug", flat=True))
    return [Refusal(item.place, "id", f"“{item.slug}” is taken") for item in brought if item.slug in there - seen]


def _lacking(items: tuple[Definition, ...], tenant: Tenant | None) -> list[Refusal]:
    """Panels that dashboards place and that are neither there nor brought along."""
    boards = [(item, item.document) for item in items if isinstance(item.document, DashboardDocument)]
    placed = {one.id for _, document in boards for one in document.panels}
    there = Panel.objects.nearest(tenant) if tenant is not None else Panel.objects.all()
    known = set(there.filter(slug__in=placed).values_list("slug", flat=True)) | {one.slug for one in items if one.kind == "panel"}
    who = "this tenant has" if tenant is not None else "there is"
    return [
        Refusal(item.place, f"panels[{place}].id", f"{who} no panel “{one.id}”, and none is brought along")
        for item, document in boards
        for place, one in enumerate(document.panels)
        if one.id not in known
    ]
