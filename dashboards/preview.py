"""A panel's document drawn on a tenant before it is saved."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from audit.recording import Thing
from audit.statements import record_sql
from dashboards.asking import page_range, read_ask
from dashboards.checks import check_queries, sql_in
from dashboards.models import Panel
from dashboards.panels.anchors import anchors
from dashboards.panels.base import BadRequest
from dashboards.panels.document import DocumentInvalid, parse_text
from dashboards.refresh import Refreshed, refresh_panel, rows_in
from dashboards.section import Section
from dashboards.unavailable import PanelUnavailable
from tenants.models import Role, Tenant

PLACE = "preview"


def preview(request: HttpRequest) -> dict[str, Any]:
    """The context of the preview's page: the section and its panel, or `errors` in words."""
    tenant = Tenant.objects.filter(is_active=True, slug=request.POST.get("preview_tenant", "")).first()
    if tenant is None:
        return {"errors": ["Choose a tenant for the preview."]}
    is_shared = request.POST.get("scope") != "tenant"
    try:
        document = parse_text(request.POST.get("text", ""))
    except DocumentInvalid as error:
        return {"errors": [str(one) for one in error.errors]}
    if errors := check_queries(document, is_shared=is_shared):
        return {"errors": [str(one) for one in errors]}
    panel = Panel(slug=PLACE, scope=Panel.Scope.ALL if is_shared else Panel.Scope.TENANT)
    panel.take(document)
    asked = page_range(request.POST, ZoneInfo(tenant.time_zone), default=document.time_range or "6h")
    thing = Thing("dashboards.panel", "", document.title)
    try:
        done = refresh_panel(tenant, panel, read_ask(request.POST, asked, tenant))
        drawn = done.context()
    except PanelUnavailable as error:
        record_sql(tenant, "preview", sql_in(document), thing=thing, error=error.in_full)
        return {"errors": [error.told_to(Role.ADMIN), error.detail], "tenant": tenant}
    except BadRequest as error:
        return {"errors": [str(error)], "tenant": tenant}
    if done.asks:
        record_sql(tenant, "preview", done.query_executed, thing=thing, ms=done.elapsed_ms, rows=rows_in(done.frames))
    return {
        "section": section_of(panel, done, drawn),
        "panel": drawn,
        "panel_template": done.kind.template,
        "tenant": tenant,
        "has_charts": done.kind.is_chart,
    }


def section_of(draft: Panel, done: Refreshed, drawn: Mapping[str, Any]) -> Section:
    """What stands round a panel that is not saved: it has no addresses, and is not asked for again. `drawn` is its context."""
    return Section(
        slug=PLACE, type=draft.panel_type, title=draft.title, description=draft.description, url="", view_url="",
        state="empty" if drawn.get("is_empty") else "fresh", elapsed_ms=done.elapsed_ms if done.asks else None,
        notes=tuple(drawn.get("notes", ())), links=anchors(done.read.document.links, done.ask),
    )  # fmt: skip
