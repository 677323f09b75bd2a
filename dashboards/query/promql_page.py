"""What the page says of queries in PromQL: how they were tried, the metrics beside them, and what their editors complete."""

from dataclasses import asdict
from typing import Any

from django.urls import reverse

from dashboards.asked_source import named_source
from dashboards.asking import read_ask
from dashboards.loose import loose_in
from dashboards.query.editing import MOST_PARTS, Editing, Sent, variables_in
from dashboards.query.metrics import ListedMetrics, list_metrics
from dashboards.query.texts import PromTexts
from dashboards.query.trying import Mistake
from dashboards.query.trying_parts import TriedParts, mistakes_in, try_queries
from dashboards.query.words import PROM_MACROS
from dashboards.read import read_panel
from dashboards.variables.definitions import stored_variables
from datasources.base import OWN
from datasources.errors import SourceError
from tenants.access import TenantRequest

OUTCOME, LISTED = "dashboards/_query_outcome_promql.html", "dashboards/_query_metrics.html"
WORDS = PROM_MACROS
try_draft = try_queries


def plainly_wrong(sent: Sent) -> TriedParts | None:
    """The mistakes that can be told before anybody is asked."""
    assert isinstance(sent.written, PromTexts)
    return TriedParts(wrong) if (wrong := mistakes_in(sent.written)) else None


def mistaken(mistake: Mistake) -> TriedParts:
    return TriedParts(mistake=mistake)


def outcome(tried: TriedParts | None) -> dict[str, Any]:
    return {"tried": tried, **((tried.drawn or {}) if tried is not None else {})}


def listed(request: TenantRequest, editing: Editing, search: str = "", *, anew: bool = False) -> ListedMetrics:
    try:
        return list_metrics(editing.prometheus(request), search, anew=anew)
    except SourceError as error:
        return ListedMetrics(error=error.sentence)


def words(request: TenantRequest, editing: Editing) -> dict[str, Any]:
    names = reverse("source-names", kwargs={"tenant": request.tenant.slug, "source": _slug(request, editing)})
    return {"names": names, "macros": [[word.call, word.means] for word in PROM_MACROS], "variables": variables_in(editing)}


def shown(editing: Editing, sent: Sent) -> dict[str, Any]:
    """What is in the form, and what is kept; `by_step`: rows of each step are of use to the type."""
    assert isinstance(sent.written, PromTexts)
    assert isinstance(editing.written, PromTexts)
    source = read_panel(editing.panel).document.data_source
    return {
        "parts": sent.written.lettered,
        "most_parts": MOST_PARTS,
        "kept": [asdict(part) for part in editing.written.parts],
        "by_step": source is not None and source.by_step,
        "loose": loose_in((part.promql for part in sent.written.parts), stored_variables(editing.place.dashboard.variables))
        if editing.panel.is_shared
        else (),
    }


def _slug(request: TenantRequest, editing: Editing) -> str:
    """The slug of the source, as the page's variables have it."""
    document = read_panel(editing.panel).document
    ask = read_ask(editing.query, editing.asked, request.tenant)
    try:
        return named_source(document.data_source.source if document.data_source else OWN, {**document.variables, **ask.variables})
    except SourceError:
        return OWN
