"""A template becomes panels and a dashboard of a tenant's own: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dashboards.changing import save_change, save_new
from dashboards.checks import check_dashboard, check_queries
from dashboards.document import place_panels, read_dashboard, take_fields
from dashboards.library.cloning import free_id
from dashboards.library.states import take_state
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentError, DocumentInvalid, PanelDocument, read_document
from dashboards.placing import place_below
from dashboards.template_library.template import Document, Template, filled
from datasources.base import OWN
from datasources.sources import sources_seen_by
from tenants.models import Tenant, User

HEIGHTS = {"kpi": 3, "row": 1}
WIDTHS = {"kpi": 3, "row": 12}
HEIGHT, WIDTH = 6, 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: from which source, with what in the gaps, called what. `onto`: the dashboard a panel is for."""

    tenant: Tenant
    name: str = ""
    slug: str = ""
    source: str = OWN
    values: Mapping[str, str] = field(default_factory=dict)
    onto: Dashboard | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What there is now."""

    panels: tuple[Panel, ...]
    dashboard: Dashboard | None


def make(template: Template, wanted: Wanted, *, by: User) -> Made:
    """A draft of a dashboard with its panels, or a panel, onto a dashboard where one is named.

    Raises DocumentInvalid, Taken where the dashboard's id is; Overtaken and Gone of the dashboard.
    """
    values = template.values(wanted.values)
    _check_source(template, wanted)
    documents = {slug: _read(slug, document, values, wanted, template) for slug, document in template.panels}
    with transaction.atomic():
        panels = _make_panels(documents, wanted.tenant, template, by=by)
        board = None
        if template.dashboard is not None:
            board = _make_board(template, values, panels, wanted, by=by)
        elif wanted.onto is not None:
            board = _place(wanted.onto, list(panels.values()), by=by)
    return Made(tuple(panels.values()), board)


def _check_source(template: Template, wanted: Wanted) -> None:
    """Raises DocumentInvalid."""
    seen = sources_seen_by(wanted.tenant, platform=False, language=template.language or None)
    if wanted.source != OWN and wanted.source not in {one.slug for one in seen}:
        raise DocumentInvalid(DocumentError("source", f"there is no data source “{wanted.source}” that could answer it"))


def _read(slug: str, document: Document, values: Mapping[str, str], wanted: Wanted, template: Template) -> PanelDocument:
    """Raises DocumentInvalid."""
    tree = filled(document, values)
    if template.dashboard is None and wanted.name:
        tree["title"] = wanted.name
    if wanted.source != OWN:
        _ask(tree.get("data_source"), wanted.source)
    read = read_document(tree)
    if errors := check_queries(read, is_shared=template.is_platforms):
        raise DocumentInvalid(*(DocumentError(f"{slug}: {one.path}", one.message) for one in errors))
    return read


def _ask(source: Any, slug: str) -> None:
    """Have a document's data source be the one of that id, unless it names one itself."""
    if isinstance(source, dict) and source.get("source", OWN) == OWN:
        source["source"] = slug


def _make_panels(documents: Mapping[str, PanelDocument], tenant: Tenant, template: Template, *, by: User) -> dict[str, Panel]:
    """By the ids they have in the template. An id that leads to another panel is not taken."""
    taken = set(Panel.objects.visible_to(tenant).values_list("slug", flat=True))
    if template.is_platforms:
        taken |= set(Panel.objects.shared().values_list("slug", flat=True))
    made = {}
    for slug, document in documents.items():
        new = free_id(slug, taken)
        taken.add(new)
        scope, owner = (Panel.Scope.CHOSEN, None) if template.is_platforms else (Panel.Scope.TENANT, tenant)
        panel = Panel(slug=new, scope=scope, tenant=owner)
        panel.take(document)
        made[slug] = save_new(panel, by=by, through=_through(template))
        if template.is_platforms:
            panel.shared_with.set([tenant])
    return made


def _make_board(
    template: Template, values: Mapping[str, str], panels: Mapping[str, Panel], wanted: Wanted, *, by: User
) -> Dashboard:
    tree = filled(template.dashboard, values)
    if wanted.source != OWN:
        for variable in tree.get("variables", []):
            _ask(variable.get("data_source"), wanted.source)
    document = read_dashboard({**tree, "name": wanted.name or tree["name"]})
    placed = [one.model_copy(update={"id": panels[one.id].slug}) for one in document.panels if one.id in panels]
    document = document.model_copy(update={"panels": placed})
    if errors := check_dashboard(document, is_shared=False):
        raise DocumentInvalid(*errors)
    taken = set(Dashboard.objects.owned_by(wanted.tenant).values_list("slug", flat=True))
    board = Dashboard(slug=wanted.slug or free_id(template.id, taken), scope=Dashboard.Scope.TENANT, tenant=wanted.tenant)
    take_fields(board, document)
    take_state(board, state=Dashboard.State.DRAFT, is_private=None, by=by)
    save_new(board, by=by, through=_through(template))
    place_panels(board, document)
    return board


def _place(board: Dashboard, panels: Sequence[Panel], *, by: User) -> Dashboard:
    """Below all that stands there. Raises Overtaken, Gone, DocumentInvalid."""
    sized = [(one.slug, WIDTHS.get(one.panel_type, WIDTH), HEIGHTS.get(one.panel_type, HEIGHT)) for one in panels]
    return save_change(board, lambda stored: place_below(stored, sized), by=by, through="templates", seen=None)


def _through(template: Template) -> str:
    return f"template {template.id}"
