"""Which panels and dashboards name a data source, for whoever wants to delete it."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from dashboards.models import Dashboard, Panel
from dashboards.panels.document import DocumentInvalid, read_document
from datasources.base import OWN
from datasources.models import DataSource
from datasources.sources import OWN_LANGUAGE, configured_of
from datasources.uses import Use


def uses(source: DataSource) -> Iterator[Use]:
    """Panels that name it, or that name none and get it as the default; dashboards whose variables or annotations ask it."""
    panels = _seen_with(source, Panel.objects.get_queryset())
    for panel in panels.filter(document__data_source__source=source.slug):
        yield Use("Panel", f"{panel.title} ({panel.slug})", _where(panel))
    for panel in _of_the_default(source, panels):
        yield Use("Panel", f"{panel.title} ({panel.slug})", _where(panel))
    boards = _seen_with(source, Dashboard.objects.filter(private_to=None))  # a private one's name is its maker's to tell
    named = [{"data_source": {"source": source.slug}}]
    for board in boards.filter(Q(variables__contains=named) | Q(annotations__contains=named)):
        yield Use("Dashboard", f"{board.name} ({board.slug})", _where(board))


def _of_the_default(source: DataSource, panels: QuerySet[Panel]) -> Iterator[Panel]:
    """Those in its language that name no source. What is asked of the tenant's own database has no other default."""
    configured = configured_of(source)
    if not source.is_default or configured is None or configured.kind.language == OWN_LANGUAGE:
        return
    unnamed = Q(document__data_source__source__isnull=True) | Q(document__data_source__source=OWN)
    for panel in panels.filter(unnamed, document__data_source__isnull=False):
        try:
            named = read_document(panel.document).data_source
        except DocumentInvalid:
            continue
        if named is not None and named.language == configured.kind.language:
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
