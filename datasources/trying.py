"""A query that somebody tries on a source: its first rows, what they took, and the plan. Every try is audited."""

from dataclasses import dataclass, replace

from audit.recording import Thing
from audit.statements import record_sql
from datasources.base import Source, SqlQuery
from datasources.errors import SourceError
from datasources.explained import Explained
from datasources.frame import Answered, Column, Frame, SeriesFrame
from datasources.postgres import PostgresSource
from datasources.prom_queries import PromQuery

FIRST_ROWS = 100
OF_SERIES = (Column("series", "text"), Column("time", "number"), Column("value", "number"))


@dataclass(frozen=True, slots=True)
class Tried:
    """At most FIRST_ROWS rows; of series a row a point, its time in epoch seconds."""

    frame: Frame
    has_more: bool
    explained: Explained


def try_query(source: Source, query: SqlQuery | PromQuery, *, how: str, thing: Thing) -> Tried:
    """Run it once for its first rows. `how` is the door it came by. Raises SourceError."""
    answered, explained = ask_once(source, replace(query, limit=FIRST_ROWS + 1), how=how, thing=thing)
    frame = _as_rows(answered) if isinstance(answered, SeriesFrame) else answered
    return Tried(_first(frame), frame.truncated or frame.row_count > FIRST_ROWS, explained)


def ask_once(source: Source, query: SqlQuery | PromQuery, *, how: str, thing: Thing) -> tuple[Answered, Explained]:
    """What it answers, within the source's limits, and its plan. Raises SourceError."""
    try:
        if isinstance(source, PostgresSource) and isinstance(query, SqlQuery):
            source.describe(query)  # says where in the text a mistake is
        answered = source.run({"rows": query})["rows"]
        explained = source.explain(query)
    except SourceError as error:
        record_sql(source.tenant, how, query.text, thing=thing, error=error.in_full, is_refused=error.reason == "refused")
        raise
    record_sql(source.tenant, how, answered.sql, thing=thing, ms=answered.elapsed_ms, rows=answered.row_count)
    return answered, explained


def _first(frame: Frame) -> Frame:
    return replace(frame, values=tuple(values[:FIRST_ROWS] for values in frame.values))


def _as_rows(frame: SeriesFrame) -> Frame:
    cells = [
        (one.label, float(time), float(value))
        for one in frame.series
        for time, value in zip(one.times[: FIRST_ROWS + 1], one.values[: FIRST_ROWS + 1], strict=True)
    ]
    values = tuple(map(list, zip(*cells, strict=True))) if cells else ([], [], [])
    return Frame(OF_SERIES, values, frame.truncated, sql=frame.sql, elapsed_ms=frame.elapsed_ms, notes=frame.notes)
