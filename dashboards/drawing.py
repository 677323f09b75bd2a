"""A panel drawn for a page: its section in the state it is in, and the template and context for it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Any

from dashboards.panels.anchors import anchors
from dashboards.refresh import Refreshed
from dashboards.section import Section, SectionError
from dashboards.unavailable import PanelUnavailable
from datasources.errors import SourceUnavailable
from tenants.access import TenantRequest
from tenants.models import Role

SHARE_OF_TIME = 2
RETRY_SECONDS = 15  # a panel that failed soon, or is stale, is asked for again no later, so that what comes back is seen
SHOWN_IN_PLACE = {422, 500, 503, 504}  # CONTRACT.md: these come as 200, so that one dead panel never takes the page with it


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    section: Section
    template: str
    context: dict[str, Any]
    status: int = 200
    refreshed: Refreshed | None = None


def draw(section: Section, done: Refreshed) -> DrawnPanel:
    """The panel with its result. Raises PanelUnavailable where the result has not the shape it needs."""
    panel = done.context()
    polled = slowest(section.poll_seconds, done.elapsed_ms)
    slowed = (f"Refreshed every {polled:,} s: its query takes {done.elapsed_ms / 1_000:.0f} s.",)
    drawn = replace(
        section,
        state="empty" if panel.get("is_empty") else "fresh",
        updated_at=done.asked_at if done.asks else None,
        elapsed_ms=done.elapsed_ms if done.asks else None,
        poll_seconds=polled,
        notes=(*panel.get("notes", ()), *(slowed if polled > section.poll_seconds else ())),
        links=anchors(done.read.document.links, done.ask),
    )
    return DrawnPanel(drawn, done.kind.template, {"section": drawn, "panel": panel}, refreshed=done)


def slowest(poll_seconds: int, elapsed_ms: float) -> int:
    """The interval of polls, 0 for never: so long that at most half the time is spent on the query."""
    return max(poll_seconds, ceil(elapsed_ms / 1_000 * SHARE_OF_TIME)) if poll_seconds else 0


def drawn_stale(request: TenantRequest, drawn: DrawnPanel, because: SourceUnavailable) -> DrawnPanel:
    """The panel with its last result, and why there is no fresh one."""
    why = SectionError(because.sentence, reference=_reference(request))
    again = min(drawn.section.poll_seconds, RETRY_SECONDS)
    section = replace(drawn.section, state="stale", error=why, poll_seconds=again)
    return replace(drawn, section=section, context={**drawn.context, "section": section})


def drawn_error(request: TenantRequest, section: Section, error: PanelUnavailable) -> DrawnPanel:
    """The panel in its error state: a sentence for everybody, the detail for editors, the reference for the log."""
    detail = error.detail if request.role.includes(Role.EDITOR) else ""
    shown = SectionError(error.told_to(request.role), reference=_reference(request), detail=detail)
    again = slowest(min(section.poll_seconds, RETRY_SECONDS), error.took_ms)
    drawn = replace(section, state="error", error=shown, updated_at=datetime.now(UTC), poll_seconds=again)
    status = 200 if error.status in SHOWN_IN_PLACE else error.status
    return DrawnPanel(drawn, "panels/_section.html", {"section": drawn, "panel": {}}, status)


def _reference(request: TenantRequest) -> str:
    return getattr(request, "request_id", "")
