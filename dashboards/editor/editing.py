"""Somebody edits a panel: where it stands, what they may, and on which tenant they look at it."""

from dataclasses import dataclass

from django.http import Http404, QueryDict

from dashboards.asking import PageRange, read_ask
from dashboards.looking import asked_by_form
from dashboards.models import Dashboard, Panel, Placement
from dashboards.panels.base import Ask, BadRequest
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document
from dashboards.places import Place, find_place
from dashboards.read import read_panel
from dashboards.variables.asking import with_variables
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, tenants_edited_by
from tenants.models import Tenant

WIDTH = 12


@dataclass(frozen=True, slots=True)
class Editing:
    """A panel at its place, which may be no dashboard, and the tenant and range it is looked at on."""

    place: Place
    on: Tenant
    asked: PageRange
    query: QueryDict

    @property
    def panel(self) -> Panel:
        return self.place.panel

    @property
    def dashboard(self) -> Dashboard | None:
        return self.place.dashboard if self.place.dashboard.pk is not None else None

    def may_save(self, request: TenantRequest) -> bool:
        return Viewer.of(request).may_change(self.panel)

    def is_platforms(self, request: TenantRequest, document: PanelDocument) -> bool:
        """If it may ask what only the platform's panels may: it is the platform's own, or asks what it asks there already."""
        if not self.panel.is_shared:
            return False
        if request.user.is_platform_admin:
            return True
        return self._is_shared_there(request) and _asked_by(document) == _asked_by(_stored(self.panel))

    def _is_shared_there(self, request: TenantRequest) -> bool:
        """A panel that is shared with chosen tenants is the platform's on these alone."""
        if self.on == request.tenant:
            return True
        return Panel.objects.filter(Panel.objects.shared_with_tenant(self.on), pk=self.panel.pk).exists()

    def draft(self, document: PanelDocument, *, platform: bool) -> Panel:
        """The panel as it would be, not to be saved."""
        draft = Panel(slug=self.panel.slug, scope=Panel.Scope.ALL if platform else Panel.Scope.TENANT)
        draft.take(document)
        return draft

    def ask(self, draft: Panel) -> Ask:
        """What is asked of the draft, as wide as the panel stands. Raises BadRequest, PanelUnavailable."""
        ask = read_ask(self.query, self.asked, self.on, columns=self.place.placement.width)
        if not self.place.dashboard.variables:
            return ask
        return with_variables(ask, self.place.dashboard, self.on, read_panel(draft).names)


def edit_at(request: TenantRequest, dashboard: str | None, panel: str) -> Editing:
    """Raises Http404 where there is no such panel or dashboard; BadRequest."""
    place = _place(request, dashboard, panel)
    asked, query = asked_by_form(request, place)
    return Editing(place, _on(request), asked, query)


def _place(request: TenantRequest, dashboard: str | None, slug: str) -> Place:
    """Where the panel stands, or would stand: the builder edits one that its dashboard has not been saved with."""
    viewer = Viewer.of(request)
    if dashboard is not None and (found := find_place(request.tenant, dashboard, slug, viewer=viewer)) is not None:
        return found
    board = Dashboard.objects.find_for(viewer, dashboard) if dashboard is not None else Dashboard(name="", slug="")
    panel = Panel.objects.find(request.tenant, slug)
    if board is None or panel is None:
        raise Http404("No such panel.")
    return Place(board, Placement(dashboard=board, panel_slug=slug, width=WIDTH), panel, mark="")


def _on(request: TenantRequest) -> Tenant:
    """The tenant it is looked at on: one where they are an editor too."""
    slug = request.POST.get("on") or request.GET.get("on") or request.tenant.slug
    if slug == request.tenant.slug:
        return request.tenant
    found = tenants_edited_by(request.user).filter(slug=slug).first()
    if found is None:
        raise BadRequest("Choose a tenant whose panels you may edit.")
    return found


def _stored(panel: Panel) -> PanelDocument | None:
    try:
        return read_document(panel.document)
    except DocumentInvalid:
        return None


def _asked_by(document: PanelDocument | None) -> object:
    return document.data_source.model_dump() if document is not None and document.data_source is not None else None
