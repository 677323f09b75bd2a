"""What the builder's page is told of a dashboard: its document, and what it must know of the panels that it names."""

from collections.abc import Collection, Mapping
from typing import Any

from dashboards.document import DashboardDocument, document_of
from dashboards.layout import is_heading
from dashboards.models import Dashboard, Panel
from dashboards.panels.writing import as_text
from tenants.models import Tenant

# The one text that a new panel of a type can be made of; the types that are not here ask in SQL.
BEGUN_WITH = {"text": "content", "row": ""}


def board_of(dashboard: Dashboard, tenant: Tenant) -> dict[str, Any]:
    """`shared_with` is sent back as it is: saving changes nobody's sharing."""
    document = document_of(dashboard)
    chosen = dashboard.scope == Dashboard.Scope.CHOSEN
    return {
        "slug": dashboard.slug,
        "tenant": None if dashboard.is_shared else tenant.slug,
        "version": dashboard.version,
        "state": dashboard.state,
        "sharedWith": sorted(dashboard.shared_with.values_list("slug", flat=True)) if chosen else None,
        "document": plain(document),
        "panels": panels_in(document, tenant),
    }


def plain(document: DashboardDocument) -> dict[str, Any]:
    """The document with all its fields, as the page holds it."""
    return document.model_dump(mode="json")


def written(document: DashboardDocument) -> str:
    """The document as a person writes it: what is as it would be anyway is left out, but for where panels lie."""
    tree = document.model_dump(mode="json", exclude_defaults=True)
    for short, placed in zip(tree.get("panels", []), document.panels, strict=False):
        short["position"] = placed.position.model_dump()
    panels = tree.pop("panels", [])
    return as_text({"dashboard": {**tree, "panels": [_in_order(panel) for panel in panels]}})


def panels_in(document: DashboardDocument, tenant: Tenant) -> dict[str, dict[str, Any]]:
    return known_panels([placed.id for placed in document.panels], tenant)


def known_panels(slugs: Collection[str], tenant: Tenant) -> dict[str, dict[str, Any]]:
    """Those of the ids that the tenant has."""
    found = Panel.objects.nearest(tenant).filter(slug__in=slugs)
    return {panel.slug: facts_of(panel) for panel in found}


def facts_of(panel: Panel) -> dict[str, Any]:
    """Its title, its type for programs and people, whether it heads what stands below it, and keeps a range of its own."""
    return {
        "title": panel.title,
        "kind": panel.panel_type,
        "heading": is_heading(panel),
        "ownRange": bool(panel.time_range),
    }


def _in_order(panel: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": panel["id"], "position": panel["position"], **panel}
