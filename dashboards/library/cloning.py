"""A dashboard or a panel made again: beside itself, or in another tenant where one is an editor too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from audit.models import Action
from audit.recording import Thing, Told, record
from dashboards.as_code.stored import document_tree
from dashboards.changing import Overtaken, Taken, save_new
from dashboards.checks import check_dashboard, check_queries
from dashboards.document import DashboardDocument, place_panels, read_dashboard, take_fields
from dashboards.library.states import take_state
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentError, DocumentInvalid, PanelDocument, read_document
from tenants.models import Tenant, User

LONGEST_SLUG = 63


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy is to be: whose, by which id and name, and whether it has panels of its own."""

    tenant: Tenant
    slug: str
    name: str
    with_panels: bool = False


def clone_dashboard(source: Dashboard, seen_in: Tenant, copy: Copy, *, by: User) -> Dashboard:
    """Make a dashboard that `by` edits in the tenant where it is seen again in a tenant that they edit too.

    It places the same panels by id, or with `with_panels` copies of them, which its tenant then owns. A draft's copy is a draft,
    a private one's private. Raises Taken, and DocumentInvalid that names each panel that the other tenant lacks or cannot have.
    """
    with transaction.atomic():
        document = read_dashboard({**document_tree(source), "name": copy.name})
        panels = {panel.slug: panel for panel in _placed(document, seen_in)}
        lacking = [] if copy.with_panels else _lacking(document, {*panels}, copy.tenant)
        if errors := [*lacking, *check_dashboard(document, is_shared=False)]:
            raise DocumentInvalid(*errors)
        if copy.with_panels:
            document = _renamed(document, _clone_panels(panels.values(), copy.tenant, by=by))
        row = _stored(source, document, copy, by=by)
        _tell(source, seen_in, copy.tenant)
    return row


def clone_panel(source: Panel, seen_in: Tenant, copy: Copy, *, by: User) -> Panel:
    """Make a panel again, with its name as title. Raises Taken, DocumentInvalid."""
    with transaction.atomic():
        row = _clone_panel(source, copy, by=by)
        _tell(source, seen_in, copy.tenant)
    return row


def make_own(shared: Panel, document: PanelDocument, tenant: Tenant, *, by: User, through: str) -> Panel:
    """A panel of the tenant's own in a shared one's place, with this document, which the guard lets through.

    Raises Overtaken where the tenant has one by now.
    """
    own = Panel(slug=shared.slug, scope=Panel.Scope.TENANT, tenant=tenant)
    own.take(document)
    try:
        return save_new(own, by=by, through=through)
    except Taken as error:
        raise Overtaken(Panel.objects.owned_by(tenant).get(slug=shared.slug)) from error


def free_id(wanted: str, taken: set[str]) -> str:
    """The id itself, or with the first number that makes it another: `cpu-2`."""
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        end = f"-{number}"
        slug = wanted[: LONGEST_SLUG - len(end)].rstrip("-_") + end
    return slug


def _clone_panels(panels: Iterable[Panel], tenant: Tenant, *, by: User) -> dict[str, str]:
    """Their new ids by the old ones. An id that leads to another panel in the tenant, a shared one too, is not taken."""
    taken = set(Panel.objects.visible_to(tenant).values_list("slug", flat=True))
    found, errors = {}, []
    for panel in panels:
        slug = free_id(panel.slug, taken)
        taken.add(slug)
        found[panel.slug] = slug
        try:
            _clone_panel(panel, Copy(tenant, slug, panel.title), by=by)
        except DocumentInvalid as error:
            errors += [DocumentError(f"{panel.slug}: {one.path}".rstrip(": "), one.message) for one in error.errors]
    if errors:
        raise DocumentInvalid(*errors)
    return found


def _clone_panel(source: Panel, copy: Copy, *, by: User) -> Panel:
    tree: Any = document_tree(source)
    document = read_document({**tree, "title": copy.name})
    if errors := check_queries(document, is_shared=False):
        raise DocumentInvalid(*errors)
    row = Panel(slug=copy.slug, scope=Panel.Scope.TENANT, tenant=copy.tenant)
    row.take(document)
    return save_new(row, by=by, through=_through(source, copy))


def _stored(source: Dashboard, document: DashboardDocument, copy: Copy, *, by: User) -> Dashboard:
    row = Dashboard(slug=copy.slug, scope=Dashboard.Scope.TENANT, tenant=copy.tenant)
    take_fields(row, document)
    state = None if source.state == Dashboard.State.PUBLISHED else Dashboard.State.DRAFT
    take_state(row, state=state, is_private=source.private_to_id is not None, by=by)
    save_new(row, by=by, through=_through(source, copy))
    place_panels(row, document)
    return row


def _placed(document: DashboardDocument, tenant: Tenant) -> list[Panel]:
    return list(Panel.objects.nearest(tenant).filter(slug__in={placed.id for placed in document.panels}))


def _renamed(document: DashboardDocument, slugs: dict[str, str]) -> DashboardDocument:
    panels = [placed.model_copy(update={"id": slugs.get(placed.id, placed.id)}) for placed in document.panels]
    return document.model_copy(update={"panels": panels})


def _lacking(document: DashboardDocument, there: set[str], tenant: Tenant) -> list[DocumentError]:
    """Those that the tenant has not, of those `there` are where it is cloned from."""
    known = {panel.slug for panel in _placed(document, tenant)}
    return [
        DocumentError(f"panels[{place}].id", f"the tenant has no panel “{placed.id}”: clone the panels too")
        for place, placed in enumerate(document.panels)
        if placed.id in there - known
    ]


def _through(source: Panel | Dashboard, copy: Copy) -> str:
    """Another tenant is not told whence it comes."""
    is_here = source.tenant_id is None or source.tenant_id == copy.tenant.pk
    return f"cloning {source.slug}" if is_here else "cloning"


def _tell(source: Panel | Dashboard, seen_in: Tenant, tenant: Tenant) -> None:
    """What leaves a tenant is recorded there; what is made is recorded where it is made."""
    if seen_in != tenant:
        record(Told(Action.EXPORT, thing=Thing.of(source), tenant=seen_in, details={"what": "cloned into another tenant"}))
