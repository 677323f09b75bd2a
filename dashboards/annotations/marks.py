"""The marks of a dashboard within a time range: those typed in, and those that its queries find."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from audit.recording import Thing
from audit.statements import note_panel_run
from dashboards.annotations.definitions import TYPED, AnnotationQuery
from dashboards.annotations.model import Annotation
from dashboards.models import Dashboard
from dashboards.panels.base import Ask
from dashboards.panels.colours import hex_of
from dashboards.panels.moments import read_epoch
from datasources.base import SqlQuery
from datasources.errors import SourceError
from datasources.frame import Frame, rows_of
from datasources.results import fetch
from datasources.sources import source_of
from datasources.timerange import EARLIEST, LATEST, TimeRange
from tenants.models import Tenant

MOST_MARKS = 500
TYPED_COLOUR = "#0EA5E9"
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What happened at `start`, or from then to `stop`. `kind` names the query that found it; `pk` is of one typed in."""

    kind: str
    color: str
    start: datetime
    stop: datetime | None = None
    text: str = ""
    tags: tuple[str, ...] = ()
    panel: str = ""
    made_by: str = ""
    pk: int | None = None

    @property
    def hex(self) -> str:
        return hex_of(self.color)


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
    given = {name: value for name, value in ask.variables.items() if name in query.needs}
    source = source_of(tenant, asked.source, platform=dashboard.is_shared)
    wanted = SqlQuery(text=asked.text, time_range=ask.time_range, variables=given, limit=MOST_MARKS + 1)
    result = fetch(source, {"marks": wanted}, not_before=ask.not_before, or_last=True)
    frame = rows_of(result.entry.frames, "marks")
    if result.how == "asked":
        thing = Thing.of(dashboard)
        note_panel_run(tenant, thing, frame.sql, ms=result.entry.elapsed_ms, rows=frame.row_count)
    key = ("marks", query.name, query.color, ask.tenant_zone.key)
    return result.entry.once(key, lambda: list(_read(frame, query, ask.tenant_zone)))


def _read(frame: Frame, query: AnnotationQuery, zone: ZoneInfo) -> Iterator[Mark]:
    """A row is a mark if it has a time; columns are known by their names, without regard to case."""
    columns = {name.lower(): frame.column(name) for name in frame.names}
    for place in range(frame.row_count):
        row = {name: values[place] for name, values in columns.items()}
        start = _moment(row.get("time"), zone)
        if start is None:
            continue
        stop = _moment(row.get("timeend"), zone)
        lines = [str(row[name]) for name in ("title", "text") if row.get(name) not in (None, "")]
        yield Mark(
            kind=query.name,
            color=query.color,
            start=start,
            stop=stop if stop is not None and stop > start else None,
            text="\n".join(lines)[:LONGEST_TEXT],
            tags=_tags(row.get("tags")),
        )


def _moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """A time as it is, one without a zone and a day's beginning on the tenant's clock, an epoch in whatever unit.

    None for all else, and for what stands so near to the calendar's ends that not every zone has it.
    """
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        known = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        return known if EARLIEST <= known <= LATEST else None
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return None
    epoch = read_epoch(value)
    return datetime.fromtimestamp(epoch, UTC) if epoch is not None else None


def _tags(value: Any) -> tuple[str, ...]:
    """`a,b`, or PostgreSQL's own text of an array: `{a,b}`."""
    parts = (part.strip().strip('"') for part in str(value or "").strip("{}").split(","))
    return tuple(dict.fromkeys(part for part in parts if part and part != "NULL"))[:20]
