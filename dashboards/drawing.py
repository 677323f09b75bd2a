"""A panel drawn for a page: its section in the state it is in, and the template and context for it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dashboards.asking import PageRange
from dashboards.places import Place
from dashboards.refresh import PanelUnavailable, Refreshed
from dashboards.section import Section, SectionError
from tenants.access import TenantRequest
from tenants.models import Role

SHOWN_IN_PLACE = {422, 500, 503, 504}  # CONTRACT.md: these come as 200, so that one dead panel never takes the page with it


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    place: Place
    section: Section
    asked: PageRange
    refresh: int
    template: str
    context: dict[str, Any]
    status: int = 200
    refreshed: Refreshed | None = None


def draw(request: TenantRequest, place: Place, section: Section, asked: PageRange, refresh: int, done: Refreshed) -> DrawnPanel:
    """The panel with its result. Raises PanelUnavailable where the result has not the shape it needs."""
    panel = done.context()
    drawn = replace(
        section,
        state="empty" if panel.get("is_empty") else "fresh",
        updated_at=datetime.now(UTC),
        elapsed_ms=done.elapsed_ms,
        notes=tuple(panel.get("notes", ())),
    )
    context = {"section": drawn, "panel": panel}
    return DrawnPanel(place, drawn, asked, refresh, done.kind.template, context, refreshed=done)


def drawn_error(
    request: TenantRequest, place: Place, section: Section, asked: PageRange, refresh: int, error: PanelUnavailable
) -> DrawnPanel:
    """The panel in its error state: a sentence for everybody, the detail for editors, the reference for the log."""
    detail = error.detail if request.role.includes(Role.EDITOR) else ""
    shown = SectionError(error.sentence, reference=getattr(request, "request_id", ""), detail=detail)
    drawn = replace(section, state="error", error=shown, updated_at=datetime.now(UTC))
    status = 200 if error.status in SHOWN_IN_PLACE else error.status
    return DrawnPanel(place, drawn, asked, refresh, "panels/_section.html", {"section": drawn, "panel": {}}, status)
