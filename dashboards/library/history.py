"""The versions of a panel or dashboard: what it is now, what it was, and what differs between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from dashboards.as_code.difference import Difference, differences
from dashboards.as_code.stored import document_tree, tree_of_document
from dashboards.document import read_dashboard
from dashboards.library.keeping import beside, of
from dashboards.library.version import Version
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document

FOR_PLATFORM_ADMINS = "shared_with"  # it names tenants


@dataclass(frozen=True, slots=True)
class Kept:
    """One version. `document` and `beside` are as in Version; empty in a list."""

    number: int
    changed_at: datetime
    changed_by: str
    changed_through: str
    is_current: bool = False
    document: Mapping[str, Any] | None = None
    beside: Mapping[str, Any] | None = None


def history(row: Panel | Dashboard) -> list[Kept]:
    """All versions there are, newest first, without their documents. One query."""
    now = Kept(row.version, row.updated_at, row.changed_by, row.changed_through, is_current=True)
    names = ("number", "changed_at", "changed_by", "changed_through")
    kept = Version.objects.filter(**of(row)).order_by("-number").values_list(*names)[: settings.VERSIONS_KEPT]
    return [now, *(Kept(*one) for one in kept)]


def version_at(row: Panel | Dashboard, number: int) -> Kept | None:
    """A version with its document, in the order of the document's model; None where it is not kept."""
    if number == row.version:
        facts = (row.updated_at, row.changed_by, row.changed_through)
        return Kept(number, *facts, is_current=True, document=document_tree(row), beside=beside(row))
    kept = Version.objects.filter(**of(row), number=number).first()
    if kept is None:
        return None
    document = _in_order(row, kept.document)
    return Kept(number, kept.changed_at, kept.changed_by, kept.changed_through, document=document, beside=kept.beside)


def differing(before: Kept, after: Kept, *, names_tenants: bool) -> list[Difference]:
    """What differs; with whom it was shared only for those who may know of other tenants."""
    return differences(_whole(before, names_tenants), _whole(after, names_tenants))


def _whole(version: Kept, names_tenants: bool) -> dict[str, Any]:
    told = {name: value for name, value in (version.beside or {}).items() if names_tenants or name != FOR_PLATFORM_ADMINS}
    return {**told, **(version.document or {})}


def _in_order(row: Panel | Dashboard, document: Any) -> Mapping[str, Any]:
    """The database keeps no order, nor fields that were new later. What today's model does not take is left as it is."""
    try:
        read: PanelDocument | Any = read_document(document) if isinstance(row, Panel) else read_dashboard(document)
    except DocumentInvalid:
        return document if isinstance(document, dict) else {"document": document}
    return tree_of_document(read)
