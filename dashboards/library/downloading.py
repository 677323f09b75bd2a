"""Panels and dashboards as one file to take away: documents of YAML, or JSON, as an upload and `panels apply` read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from audit.exports import Export
from audit.recording import Thing
from dashboards.as_code.exporting import file_tree
from dashboards.models import Dashboard, Panel
from dashboards.panels.writing import as_text, whole
from dashboards.viewer import Viewer
from tenants.models import Tenant

Format = Literal["yaml", "json"]
CONTENT_TYPES: dict[Format, str] = {"yaml": "text/plain; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes
    content_type: str


def file_of(name: str, rows: Sequence[Panel | Dashboard], form: Format, *, tenant: Tenant | None, thing: Thing) -> File:
    """One file of all documents, each with its id; that they were taken away is recorded. Of a tenant it names none."""
    trees = [_tree(row, names_tenants=tenant is None) for row in rows]
    content = _json(trees) if form == "json" else "---\n".join(map(as_text, trees)).encode()
    export = Export(kind=form, thing=thing, tenant=tenant, rows=len(rows), bytes=len(content), is_whole=True)
    export.details["what"] = "documents"
    export.record()
    return File(f"{name}.{form}", content, CONTENT_TYPES[form])


def with_panels(dashboard: Dashboard, panels: Iterable[Panel]) -> list[Panel | Dashboard]:
    """A dashboard after the panels that it places, of those there are."""
    placed = set(dashboard.placements.values_list("panel_slug", flat=True))
    return [*sorted((panel for panel in panels if panel.slug in placed), key=lambda panel: panel.slug), dashboard]


def all_of(viewer: Viewer) -> list[Panel | Dashboard]:
    """What the tenant has of its own, as far as the viewer sees it: panels first."""
    panels = Panel.objects.owned_by(viewer.tenant).order_by("slug")
    boards = Dashboard.objects.seen_by(viewer).owned_by(viewer.tenant).order_by("slug").prefetch_related("placements")
    return [*panels, *boards]


def _tree(row: Panel | Dashboard, *, names_tenants: bool) -> dict[str, Any]:
    tree = {"id": row.slug, **file_tree(row)}
    if not names_tenants:
        tree.pop("shared_with", None)
    return tree


def _json(trees: list[dict[str, Any]]) -> bytes:
    return orjson.dumps(whole(trees[0] if len(trees) == 1 else trees), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
