"""A panel's document is saved, as the next version of the panel, or as a panel of the tenant's own in a shared one's place."""

from django.db import transaction

from dashboards.changing import Overtaken, save_change
from dashboards.editor.previewing import DOOR
from dashboards.library.cloning import Copy, Taken, clone_panel
from dashboards.models import Panel
from dashboards.panels.document import PanelDocument
from tenants.models import Tenant, User


def save_document(panel: Panel, document: PanelDocument, *, by: User, seen: int | None) -> Panel:
    """Raises Overtaken, Gone."""
    return save_change(panel, lambda stored: stored.take(document), by=by, through=DOOR, seen=seen)


def make_own(shared: Panel, document: PanelDocument, tenant: Tenant, *, by: User) -> Panel:
    """A copy of a shared panel that is the tenant's own, and stands in its place there from now on, with this document.

    Raises DocumentInvalid, and Overtaken where the tenant has one by now.
    """
    try:
        with transaction.atomic():
            own = clone_panel(shared, tenant, Copy(tenant, shared.slug, shared.title), by=by)
            return save_change(own, lambda stored: stored.take(document), by=by, through=DOOR, seen=None)
    except Taken as error:
        raise Overtaken(Panel.objects.owned_by(tenant).get(slug=shared.slug)) from error
