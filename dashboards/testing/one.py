"""A panel tried on one tenant: planned, run, and shaped as it would be drawn. In a thread, so nothing central is asked."""

import time
from dataclasses import replace

from dashboards.asked_source import asked_source
from dashboards.checking.panels import ask_of
from dashboards.checking.parallel import Lane
from dashboards.models import Panel
from dashboards.panels.base import Ask, BadRequest, WrongShape
from dashboards.read import ReadPanel
from dashboards.refresh import rows_in, sql_of
from dashboards.testing.verdict import Outcome, Verdict
from datasources.base import CountQuery, Query, Source
from datasources.errors import SourceBusy, SourceError, SourceMissing, SourceUnavailable
from datasources.fitting import read_anew
from datasources.sources import Sources

BUSY_TRIES = 3
BUSY_SECONDS = 0.5


def try_on(sources: Sources, panel: Panel, read: ReadPanel, length: str, lane: Lane) -> tuple[Verdict, str]:
    """What is found, and the SQL that was run for it. `length` is how far back the panel looks, such as 6h."""
    tenant = sources.tenant
    nothing = Verdict(tenant.slug, tenant.name, Outcome.RUNS)
    try:
        _reached(sources)
        lane.is_reached = True
        ask = ask_of(read, tenant, length)
        queries = read.kind.queries(read.document, ask)
        if not queries:
            return nothing, ""
        return _asked(asked_source(tenant, panel, read, ask, sources), queries, read, ask, nothing)
    except SourceError as error:
        return replace(nothing, outcome=_outcome(error), error=_sentence(error), detail=error.detail), ""
    except BadRequest as error:
        return replace(nothing, outcome=Outcome.FAILS, error=str(error)), ""


def _reached(sources: Sources) -> None:
    """The tenant's own database answers; it is asked again where others have all its connections. Raises SourceError."""
    for _ in range(BUSY_TRIES):
        try:
            return read_anew(sources.tenant)
        except SourceBusy:
            time.sleep(BUSY_SECONDS)
    return read_anew(sources.tenant)


def _asked(source: Source, queries: dict[str, Query], read: ReadPanel, ask: Ask, nothing: Verdict) -> tuple[Verdict, str]:
    """Raises SourceError where it cannot be planned."""
    cost = source.fit(list(queries.values()))
    planned = replace(nothing, cost=cost or None)
    try:
        frames = source.run(queries)
    except SourceError as error:
        return replace(planned, outcome=_outcome(error), error=_sentence(error), detail=error.detail), ""
    ms = sum(frame.elapsed_ms for frame in frames.values())
    rows = rows_in({name: frame for name, frame in frames.items() if not isinstance(queries[name], CountQuery)})
    is_truncated = any(getattr(frame, "truncated", False) for frame in frames.values())
    found = replace(planned, rows=rows, is_truncated=is_truncated, ms=round(ms, 1))
    try:
        is_empty = bool(read.kind.shaped(read.kind.context, read.document, frames, ask).get("is_empty")) or not found.rows
    except WrongShape as error:
        return replace(found, outcome=Outcome.FAILS, error=str(error)), sql_of(frames)
    return replace(found, outcome=Outcome.EMPTY if is_empty else Outcome.RUNS), sql_of(frames)


def _outcome(error: SourceError) -> Outcome:
    return Outcome.AWAY if isinstance(error, SourceUnavailable | SourceMissing) else Outcome.FAILS


def _sentence(error: SourceError) -> str:
    return error.lack.sentence if error.lack is not None else error.sentence
