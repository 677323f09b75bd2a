"""What the panel editor's page is drawn from."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from dashboards.asking import seen_version, shared_state, with_query
from dashboards.changing import Overtaken
from dashboards.editor.editing import Editing
from dashboards.editor.nodes import form_of
from dashboards.editor.previewing import Drawn
from dashboards.editor.sections import sections_of
from dashboards.editor.shapes import schema_of_type, shape_of_type
from dashboards.editor.suggesting import source_choices, suggestions, words_for
from dashboards.editor.written import FORM, Written, digest_of
from dashboards.library.usage import used_on
from dashboards.managed import managed_note
from dashboards.models import Panel
from dashboards.panels import PANEL_TYPES
from dashboards.panels.document import DocumentError, as_yaml
from dashboards.query.modules import modules_for
from dashboards.ranges import QUICK
from dashboards.viewer import Viewer
from tenants.access import TenantRequest, tenants_edited_by, tenants_of

TO_THE_BUILDER = "builder"  # `back`: where one came from, and goes back to


def side_context(
    editing: Editing, written: Written, *, errors: Sequence[DocumentError] = (), gone: Sequence[str] = ()
) -> dict[str, Any]:
    """The form or the text of a document, with what is wrong with it."""
    known = (*written.errors, *errors)
    context: dict[str, Any] = {
        "view": written.view,
        "was": written.type,
        "types": [(name, kind.label) for name, kind in sorted(PANEL_TYPES.items(), key=lambda one: one[1].label)],
        "gone": gone,
        "digest": written.digest,
        "schema": schema_of_type(written.type) if written.type else {},
    }
    if written.view != FORM or written.tree is None:
        return {**context, "text": written.text or written.as_text(), "homeless": known}
    root, homeless = form_of(written.tree, shape_of_type(written.type), known)
    return {
        **context,
        "root": root,
        "sections": sections_of(root),
        "homeless": homeless,
        "sources": source_choices(editing),
    }


def page_context(
    request: TenantRequest,
    editing: Editing,
    written: Written,
    *,
    errors: Sequence[DocumentError] = (),
    gone: Sequence[str] = (),
    drawn: Drawn | None = None,
    overtaken: Overtaken | None = None,
    problem: str = "",
    said: str = "",
) -> dict[str, Any]:
    """All that the page shows. `gone` are the fields that another type does not have, `said` what was done just now.

    `problem` is why nothing was; `overtaken` by whom, where somebody else has saved meanwhile.
    """
    panel, words = editing.panel, words_for(editing)
    sent = seen_version(request.POST, "version") if not said else None
    return {
        **side_context(editing, written, errors=errors, gone=gone),
        **_addresses(request, editing),
        "tenants": tenants_of(request.user),
        "on_tenants": tenants_edited_by(request.user),
        "on": editing.on,
        "asked": editing.asked,
        "quick": QUICK,
        "edited": panel,
        "dashboard": editing.dashboard,
        "version": sent if sent is not None else panel.version,
        "saved_digest": digest_of(panel.document if isinstance(panel.document, dict) else {}),
        "may_save": editing.may_save(request),
        "managed": managed_note(panel),
        "used": used_on(panel, Viewer.of(request)),
        "suggestions": suggestions(words),
        "words": words,
        "modules": modules_for(_language(written)),
        "has_charts": True,
        "drawn": drawn,
        **(drawn.context if drawn else {}),
        "overtaken": overtaken,
        "theirs": _theirs(panel) if overtaken else "",
        "problem": problem,
        "said": said,
    }


def _addresses(request: TenantRequest, editing: Editing) -> dict[str, Any]:
    where = request.resolver_match.kwargs if request.resolver_match else {}
    name = "panel-edit" if "dashboard" in where else "tenant-panel-edit"
    state = {**shared_state(request.GET), **({"back": request.GET["back"]} if request.GET.get("back") else {})}

    def to(which: str, **kwargs: Any) -> str:
        return with_query(reverse(which, kwargs=kwargs), state)

    def back_to(which: str, **kwargs: Any) -> str:
        return with_query(reverse(which, kwargs=kwargs), shared_state(request.GET))

    tenant = request.tenant.slug
    if editing.dashboard is None:
        back, label = back_to("panel-about", tenant=tenant, panel=editing.panel.slug), "About the panel"
    else:
        is_builder = request.GET.get("back") == TO_THE_BUILDER
        kind = "dashboard-edit" if is_builder else "dashboard"
        back, label = back_to(kind, tenant=tenant, dashboard=editing.dashboard.slug), editing.dashboard.name
    return {
        "page_url": request.get_full_path(),
        "form_url": to(f"{name}-form", **where),
        "preview_url": to(f"{name}-preview", **where),
        "test_url": reverse("panel-test", kwargs={"tenant": tenant, "panel": editing.panel.slug}),
        "back_url": back,
        "back_label": label,
    }


def _language(written: Written) -> str:
    """Of what stands in the form as text; empty where nothing does."""
    if written.view != FORM or written.tree is None:
        return "yaml"
    source = written.tree.get("data_source")
    if not isinstance(source, dict):
        return ""
    if source.get("sql"):
        return "sql"
    return "promql" if source.get("promql") or source.get("queries") else ""


def _theirs(panel: Panel) -> str:
    """The document as it is stored now."""
    found = Panel.objects.filter(slug=panel.slug, tenant=panel.tenant).first()
    return as_yaml(found.document) if found is not None and isinstance(found.document, dict) else ""
