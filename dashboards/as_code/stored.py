"""Panels and dashboards as they are stored: those of a scope, each as the tree its file would have."""

from collections.abc import Iterator
from typing import Any

from dashboards.as_code.definitions import Definition, Kind
from dashboards.document import document_of
from dashboards.models import Dashboard, Panel, Shared, SharedQuerySet
from dashboards.panels.document import DocumentInvalid, PanelDocument, read_document
from tenants.models import Tenant

Row = Panel | Dashboard
MODELS: dict[Kind, type[Panel] | type[Dashboard]] = {"panel": Panel, "dashboard": Dashboard}


def rows_of(kind: Kind, tenant: Tenant | None) -> SharedQuerySet[Any]:
    """What is the tenant's own; without a tenant, what the platform shares."""
    objects = MODELS[kind].objects
    found = objects.shared() if tenant is None else objects.owned_by(tenant)
    needed = ["shared_with", "placements"] if kind == "dashboard" else ["shared_with"]
    return found.order_by("slug").prefetch_related(*needed)


def stored(tenant: Tenant | None) -> Iterator[tuple[Kind, Row]]:
    for kind in MODELS:
        for row in rows_of(kind, tenant):
            yield kind, row


def tree_of(row: Row) -> dict[str, Any]:
    """All that a file says of a row, as plain values: its document, and with whom it is shared where that is chosen."""
    return {**sharing_tree(row), **document_tree(row)}


def sharing_tree(row: Row) -> dict[str, Any]:
    chosen = [one.slug for one in row.shared_with.all()] if row.scope == Shared.Scope.CHOSEN else None
    return _shared_with(chosen)


def tree_of_definition(item: Definition) -> dict[str, Any]:
    return {**_shared_with(item.shared_with), **tree_of_document(item.document)}


def tree_of_document(document: Any) -> dict[str, Any]:
    """A panel's as it is stored; a dashboard's with all fields, for its row keeps all of them.

    Its variables are without what is so anyway: whether a document says that or not is no difference.
    """
    if isinstance(document, PanelDocument):
        return document.model_dump(mode="json", exclude_unset=True)
    tree = document.model_dump(mode="json")
    for name in ("variables", "annotations"):
        tree[name] = [one.model_dump(mode="json", exclude_defaults=True) for one in getattr(document, name)]
    return _without_defaults(tree)


def document_tree(row: Row) -> dict[str, Any]:
    if isinstance(row, Dashboard):
        return tree_of_document(document_of(row))
    try:
        return tree_of_document(read_document(row.document))
    except DocumentInvalid:  # stored before a rule that it breaks: as it stands
        return row.document if isinstance(row.document, dict) else {"document": row.document}


def _shared_with(slugs: Any) -> dict[str, Any]:
    return {} if slugs is None else {"shared_with": sorted(slugs)}


def _without_none(tree: dict[str, Any]) -> dict[str, Any]:
    return {name: _without_none(value) if isinstance(value, dict) else value for name, value in tree.items() if value is not None}


def _without_defaults(tree: dict[str, Any]) -> dict[str, Any]:
    """Panels by their place on the grid, without what they have not of their own."""
    panels = sorted(tree["panels"], key=lambda one: (one["position"]["row"], one["position"]["col"], one["id"]))
    kept = [_without_none(one) for one in panels]
    empty = {name for name in ("description", "folder", "tags", "variables", "annotations") if not tree[name]}
    whole = {**tree, "panels": kept, "tags": list(dict.fromkeys(tree["tags"]))}
    return {name: value for name, value in whole.items() if name not in empty}
