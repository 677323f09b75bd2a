"""A query is saved into its panel's document, as the next version of the panel; or as a panel of the tenant's own."""

from typing import Any

from django.db import IntegrityError, transaction

from dashboards.changing import Overtaken, save_change, save_new
from dashboards.checks import check_queries
from dashboards.models import Panel
from dashboards.panels.document import DocumentInvalid, PanelDocument
from dashboards.query.draft import with_query
from dashboards.query.texts import Texts
from tenants.models import Tenant, User

EDITOR = "query editor"


def save_query(panel: Panel, written: Texts, *, by: User, seen: int | None) -> Panel:
    """Make this the panel's query. Raises DocumentInvalid, Overtaken and Gone."""
    checked(panel.document, written, is_shared=panel.is_shared)
    return save_change(panel, lambda stored: stored.take(with_query(stored.document, written)), by=by, through=EDITOR, seen=seen)


def make_own(panel: Panel, written: Texts, tenant: Tenant, *, by: User) -> Panel:
    """A panel of the tenant's own with the id of a shared one, which it stands before from now on.

    Raises DocumentInvalid, and Overtaken where the tenant has one by now.
    """
    own = Panel(slug=panel.slug, scope=Panel.Scope.TENANT, tenant=tenant)
    own.take(checked(panel.document, written, is_shared=False))
    try:
        with transaction.atomic():
            return save_new(own, by=by, through=EDITOR)
    except IntegrityError as error:
        raise Overtaken(Panel.objects.owned_by(tenant).get(slug=panel.slug)) from error


def checked(raw: Any, written: Texts, *, is_shared: bool) -> PanelDocument:
    """A document with this for its query, which the guard lets through. Raises DocumentInvalid."""
    document = with_query(raw, written)
    if errors := check_queries(document, is_shared=is_shared):
        raise DocumentInvalid(*errors)
    return document
