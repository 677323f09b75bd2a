"""The marks of a dashboard within a time range: those typed in, and those that its queries find."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from audit.recording import Thing
from audit.statements import note_panel_run
from dashboards.annotations.definitions import TYPED, AnnotationQuery
from dashboards.annotations.mark import Mark
from dashboards.annotations.model import Annotation
from dashboards.annotations.reading import marks_of
from dashboards.models import Dashboard
from dashboards.panels.base import Ask
from datasources.base import Query, SqlQuery
from datasources.errors import SourceError
from datasources.prom_queries import PromQuery
from datasources.results import fetch
from datasources.sources import source_of
from datasources.timerange import TimeRange
from tenants.models import Tenant

MOST_MARKS = 500
TYPED_COLOUR = "#0EA5E9"


@dataclass(frozen=True, slots=True)
class Marks:
    """The newest last. `notes` say what could not be found and why."""

    items: tuple[Mark, ...]
    notes: tuple[str, ...] = ()


def find_marks(tenant: Tenant, dashboard: Dashboard, queries: Sequence[AnnotationQuery], ask: Ask, *, typed: bool) -> Marks:
    """Those typed in, if `typed`, and what `queries` find. A query that fails leaves a note; the others' marks are there."""
    found = list(_typed(tenant, dashboard, ask.time_range)) if typed else []
    notes: list[str] = []
    for query in queries:
        try:
            found += _asked(tenant, dashboard, query, ask)
        except SourceError as error:
            notes.append(f"{query.title}: {error.sentence}")
    found.sort(key=lambda mark: mark.start)
    if len(found) > MOST_MARKS:
        notes.append(f"Only the newest {MOST_MARKS} of {len(found):,} annotations are shown.")
    return Marks(tuple(found[-MOST_MARKS:]), tuple(notes))


def annotations_of(tenant: Tenant, dashboard: Dashboard, time_range: TimeRange) -> Any:
    """The rows that reach into the range, the newest first."""
    rows = Annotation.objects.filter(tenant=tenant, dashboard=dashboard)
    if time_range.stop is not None:
        rows = rows.filter(start__lt=time_range.stop)
    if time_range.start is not None:
        rows = rows.filter(Q(start__gte=time_range.start) | Q(stop__gt=time_range.start))
    return rows


def _typed(tenant: Tenant, dashboard: Dashboard, time_range: TimeRange) -> Iterator[Mark]:
    for row in annotations_of(tenant, dashboard, time_range)[: MOST_MARKS + 1]:
        yield Mark(
            kind=TYPED,
            color=TYPED_COLOUR,
            start=row.start,
            stop=row.stop,
            text=row.text,
            tags=tuple(row.tags),
            panel=row.panel_slug,
            made_by=row.made_by,
            pk=row.pk,
        )


def _asked(tenant: Tenant, dashboard: Dashboard, query: AnnotationQuery, ask: Ask) -> list[Mark]:
    """What a query finds, shared with all who look. Raises SourceError."""
    asked = query.data_source
    source = source_of(tenant, asked.source, platform=dashboard.is_shared, language=asked.language)
    result = fetch(source, {"marks": _query(query, ask)}, not_before=ask.not_before, or_last=True)
    answered = result.entry.frames["marks"]
    if result.how == "asked":
        thing = Thing.of(dashboard)
        note_panel_run(tenant, thing, answered.sql, ms=result.entry.elapsed_ms, rows=answered.row_count)
    key = ("marks", query.name, query.color, ask.tenant_zone.key)
    return result.entry.once(key, lambda: marks_of(answered, query, ask.tenant_zone))


def _query(query: AnnotationQuery, ask: Ask) -> Query:
    text, given = query.data_source.text, {name: value for name, value in ask.variables.items() if name in query.needs}
    if query.data_source.language == "promql":
        return PromQuery(text=text, legend=query.legend, time_range=ask.time_range, max_points=ask.max_points, variables=given)
    return SqlQuery(text=text, time_range=ask.time_range, variables=given, limit=MOST_MARKS + 1)
