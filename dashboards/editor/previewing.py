"""A document drawn on a tenant before it is saved, as its viewers will see it."""

from dataclasses import dataclass, replace
from typing import Any

from audit.recording import Thing
from audit.statements import record_sql
from dashboards.checks import sql_in
from dashboards.editor.editing import Editing
from dashboards.models import Panel
from dashboards.panels.base import BadRequest
from dashboards.panels.document import PanelDocument
from dashboards.preview import PLACE, section_of
from dashboards.refresh import Refreshed, refresh_panel, rows_in
from dashboards.section import Section, SectionError
from dashboards.unavailable import PanelUnavailable
from tenants.models import Role

DOOR = "panel editor"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The template of a panel with its context, what it took, and the document as JSON."""

    template: str
    context: dict[str, Any]
    rows: int = 0
    elapsed_ms: float | None = None
    document: str = ""


def draw_draft(editing: Editing, document: PanelDocument, *, platform: bool) -> Drawn:
    """The draft with its result, or in its error state. What it asks of the tenant's database is audited as the panel's."""
    draft = editing.draft(document, platform=platform)
    try:
        done = refresh_panel(editing.on, draft, editing.ask(draft))
        drawn = _drawn(draft, done)
    except PanelUnavailable as error:
        _record(editing, document, error=error.in_full)
        return replace(_failed(draft, error.told_to(Role.EDITOR), error.detail), document=_as_json(document))
    except BadRequest as error:
        return _failed(draft, str(error))
    if done.asks:
        _record(editing, document, done)
    return replace(drawn, document=_as_json(document))


def _drawn(draft: Panel, done: Refreshed) -> Drawn:
    panel = done.context()
    context = {"section": section_of(draft, done, panel), "panel": panel}
    return Drawn(done.kind.template, context, rows_in(done.frames), done.elapsed_ms if done.asks else None)


def _failed(draft: Panel, sentence: str, detail: str = "") -> Drawn:
    section = Section(
        slug=PLACE, type=draft.panel_type, title=draft.title, url="", view_url="", state="error",
        error=SectionError(sentence, detail=detail),
    )  # fmt: skip
    return Drawn("panels/_section.html", {"section": section, "panel": {}})


def _as_json(document: PanelDocument) -> str:
    return document.model_dump_json(exclude_unset=True)


def _record(editing: Editing, document: PanelDocument, done: Refreshed | None = None, *, error: str = "") -> None:
    """Under the panel's name where the tenant has it; on another tenant the document has none."""
    is_home = editing.panel.is_shared or editing.panel.tenant_id == editing.on.pk
    thing = Thing.of(editing.panel) if is_home else Thing("dashboards.panel", "", document.title)
    if done is None:
        record_sql(editing.on, "editor", sql_in(document), thing=thing, error=error)
    else:
        record_sql(editing.on, "editor", done.query_executed, thing=thing, ms=done.elapsed_ms, rows=rows_in(done.frames))
