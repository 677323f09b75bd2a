"""A query is saved into its panel's document, as the next version of the panel."""

from typing import Any

from dashboards.changing import save_change
from dashboards.checks import check_queries
from dashboards.models import Panel
from dashboards.panels.document import DocumentInvalid, PanelDocument
from dashboards.query.draft import with_query
from dashboards.query.texts import Texts
from tenants.models import User

EDITOR = "query editor"


def save_query(panel: Panel, written: Texts, *, by: User, seen: int) -> Panel:
    """Make this the panel's query. Raises DocumentInvalid, Overtaken and Gone."""
    checked(panel.document, written, is_shared=panel.is_shared)
    return save_change(panel, lambda stored: stored.take(with_query(stored.document, written)), by=by, through=EDITOR, seen=seen)


def checked(raw: Any, written: Texts, *, is_shared: bool) -> PanelDocument:
    """A document with this for its query, which the guard lets through. Raises DocumentInvalid."""
    document = with_query(raw, written)
    if errors := check_queries(document, is_shared=is_shared):
        raise DocumentInvalid(*errors)
    return document
