"""Which panels, and which variables and annotations of dashboards, need a data source, for whoever wants to delete it."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from dashboards.document import document_of
from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentInvalid, read_document
from dashboards.source_query import SourceQuery
from dashboards.variables.definitions import QueryVariable
from datasources.base import OWN
from datasources.models import DataSource
from datasources.sources import OWN_LANGUAGE, configured_of
from datasources.uses import Use


def uses(source: DataSource) -> Iterator[Use]:
    """What names it, and what names none and gets it as the default of its language."""
    language = _language_of_the_default(source)
    panels = _seen_with(source, Panel.objects.get_queryset())
    for panel in panels.filter(document__data_source__source=source.slug):
        yield Use("Panel", f"{panel.title} ({panel.slug})", _where(panel))
    for panel in _of_the_default(panels, language):
        yield Use("Panel", f"{panel.title} ({panel.slug})", _where(panel))
    asking = Q(variables__contains=[{"data_source": {}}]) | Q(annotations__contains=[{"data_source": {}}])
    boards = Dashboard.objects.filter(asking, private_to=None)  # a private one's name is its maker's to tell
    for board in _seen_with(source, boards):
        for what, name, asked in _asked_by(board):
            if asked.source == source.slug or (asked.source == OWN and asked.language == language):
                yield Use(what, f"{name} on {board.name} ({board.slug})", _where(board))


def _asked_by(board: Dashboard) -> Iterator[tuple[str, str, SourceQuery]]:
    """What of the dashboard asks a source: what it is, its name, and what is asked."""
    document = document_of(board)
    for variable in document.variables:
        if isinstance(variable, QueryVariable):
            yield "Variable", variable.name, variable.data_source
    for query in document.annotations:
        yield "Annotation", query.name, query.data_source


def _language_of_the_default(source: DataSource) -> str | None:
    """What is written in it and names no source asks this one. The tenant's own database's has no other default."""
    configured = configured_of(source) if source.is_default else None
    return configured.kind.language if configured is not None and configured.kind.language != OWN_LANGUAGE else None


def _of_the_default(panels: QuerySet[Panel], language: str | None) -> Iterator[Panel]:
    if language is None:
        return
    unnamed = Q(document__data_source__source__isnull=True) | Q(document__data_source__source=OWN)
    for panel in panels.filter(unnamed, document__data_source__isnull=False):
        try:
            named = read_document(panel.document).data_source
        except DocumentInvalid:
            continue
        if named is not None and named.language == language:
            yield panel


def _seen_with(source: DataSource, rows: QuerySet) -> QuerySet:
    """The panels, or dashboards, that may be shown to a tenant to which the source is what its slug leads to."""
    rows = rows.select_related("tenant")
    if source.tenant is not None:
        return rows.nearest_of(source.tenant, Q())  # type: ignore[attr-defined]
    covered = DataSource.objects.filter(slug=source.slug).exclude(tenant=None).values("tenant")
    return rows.exclude(scope="tenant", tenant__in=covered)


def _where(row: Panel | Dashboard) -> str:
    return row.tenant.name if row.tenant is not None else "shared"
