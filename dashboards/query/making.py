"""A query saved as a new panel of the tenant's own, below the others of the dashboard where that is the tenant's own too."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import transaction

from dashboards.changing import Taken, save_change, save_new
from dashboards.document import MOST_PANELS, PANEL_ID
from dashboards.models import Dashboard, Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import DocumentError, DocumentInvalid, read_document
from dashboards.placing import place_below
from dashboards.query.saving import EDITOR, checked
from dashboards.query.texts import PromText, PromTexts, SqlText, Texts
from tenants.models import Tenant, User

WIDTH, HEIGHT = 12, 6
_KEPT = ("source", "min_interval")
_SAMPLES: dict[str, Texts] = {
    "sql": SqlText("SELECT now() AS time, 1 AS value"),
    "promql": PromTexts((PromText("up"),)),
}


@dataclass(frozen=True, slots=True)
class New:
    """What a new panel is called, and of which type it is."""

    slug: str
    title: str
    type: str


@lru_cache(maxsize=len(_SAMPLES))
def types_in(language: str) -> tuple[tuple[str, str], ...]:
    """The types that need nothing but a query in the language, each with its name for people."""
    sample = _SAMPLES[language]
    return tuple((name, kind.label) for name, kind in sorted(PANEL_TYPES.items()) if _is_enough(name, sample))


def make_panel(beside: Panel, written: Texts, new: New, tenant: Tenant, *, dashboard: Dashboard, by: User) -> tuple[Panel, bool]:
    """The panel, which asks the source of the one it is made beside, and whether it stands on the dashboard.

    Raises DocumentInvalid.
    """
    if not re.fullmatch(PANEL_ID, new.slug):
        raise DocumentInvalid(DocumentError("id", "an id is of small letters, digits, - and _, 63 at most"))
    if Panel.objects.find(tenant, new.slug) is not None:
        raise DocumentInvalid(_taken(new.slug))
    source = {name: value for name, value in _source_of(beside).items() if name in _KEPT}
    raw = {"type": new.type, "title": new.title.strip(), "data_source": source}
    panel = Panel(slug=new.slug, scope=Panel.Scope.TENANT, tenant=tenant)
    panel.take(checked(raw, written, is_shared=False))
    placed = [(new.slug, WIDTH, HEIGHT)]
    is_placed = not dashboard.is_shared and dashboard.placements.count() < MOST_PANELS
    try:
        with transaction.atomic():
            save_new(panel, by=by, through=EDITOR)
            if is_placed:
                save_change(dashboard, lambda stored: place_below(stored, placed), by=by, through=EDITOR, seen=None)
    except Taken as error:
        raise DocumentInvalid(_taken(new.slug)) from error
    return panel, is_placed


def _is_enough(name: str, sample: Texts) -> bool:
    try:
        read_document({"type": name, "title": name, "data_source": sample.fields()})
    except DocumentInvalid:
        return False
    return True


def _source_of(panel: Panel) -> Mapping[str, Any]:
    source = panel.document.get("data_source") if isinstance(panel.document, dict) else None
    return source if isinstance(source, dict) else {}


def _taken(slug: str) -> DocumentError:
    return DocumentError("id", f"there is a panel “{slug}” already")
