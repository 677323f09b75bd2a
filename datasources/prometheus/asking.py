"""One run of queries: it has a deadline for all its requests, and asks the same only once."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings

from datasources.base import Limits, Query
from datasources.errors import QueryFailed, QueryRefused
from datasources.frame import Answered, Column, Frame, SeriesFrame
from datasources.merging import merged
from datasources.prom_queries import PromCount, PromOptions, PromQueries, PromQuery, PromSteps
from datasources.prometheus import rows
from datasources.prometheus.failures import PlaceTold
from datasources.prometheus.gate import Gate
from datasources.prometheus.naming import named, with_names
from datasources.prometheus.options import Described, Rows, described, matched, row_texts, wanted
from datasources.prometheus.reading import read_rows, read_series
from datasources.prometheus.server import Fields, Server, data_of
from datasources.prometheus.steps import Written
from datasources.promql import Mistake
from datasources.promql.expand import Expanded
from datasources.promql.mistake import mistake
from datasources.timerange import TimeRange

DAY = timedelta(days=1)

Read = TypeVar("Read")

log = logging.getLogger(__name__)


class Asking:
    """`write` is what a query becomes; `tenant` is the id of who asks."""

    def __init__(self, server: Server, gate: Gate, limits: Limits, write: Callable[[PromQuery], Written], *, tenant: str) -> None:
        self._server, self._gate, self._limits, self._write, self._tenant = server, gate, limits, write, tenant
        self._ends_at = time.monotonic() + limits.timeout_ms / 1_000
        self._rows: dict[tuple[str, int, bool, bool], Frame] = {}

    def answers(self, queries: Mapping[str, Query]) -> dict[str, Answered]:
        return {name: self._answer(query) for name, query in queries.items()}

    def _answer(self, query: Query) -> Answered:
        if isinstance(query, PromQueries):
            answer = merged([self._answer(part) for part in query.parts], query.parts)
            return rows.page(rows.found(answer, query), query) if isinstance(answer, Frame) else answer
        if isinstance(query, PromSteps):
            return self._series(query)
        if isinstance(query, PromCount):
            return _total(self._answer(_without_page(query.of)))
        if isinstance(query, PromOptions):
            return self._options(query)
        if not isinstance(query, PromQuery):
            raise QueryRefused("This source is asked in PromQL, not in SQL.")
        if query.instant:
            return rows.page(rows.found(self.rows(query), query), query)
        return named(self._series(self._write(query).steps(), buckets=query.buckets), query.legend, query.variables)

    def rows(self, query: PromQuery) -> Frame:
        """The samples as rows; what two queries ask alike is asked once. Raises SourceError."""
        written = self._write(query)
        key = written.expanded.text, written.end_ms, query.by_step, query.buckets
        if key not in self._rows:
            path, when = _when(written, by_step=query.by_step)
            fields, most = [("query", written.expanded.text), *when], self._limits.rows
            self._rows[key] = self._read(
                path, fields, written.expanded, lambda said: read_rows(said, most_rows=most, buckets=query.buckets)
            )
        frame = self._rows[key]
        return with_names(frame, query.legend, query.variables) if query.names_rows else frame

    def _options(self, query: PromOptions) -> Frame:
        asked = wanted(query, tenant=self._tenant)
        if isinstance(asked, Described):
            return replace(described(self.ask("metadata", [("limit_per_metric", "1")], only_get=True)), sql=query.text)
        if isinstance(asked, Rows):
            frame = self.rows(asked.query)
            found = row_texts(frame)
        else:
            said = self.ask(asked.path, [*matched(asked.selector), *_over(query.time_range)], only_get=True)
            found = sorted(str(name) for name in data_of(said, list))
        is_cut = query.limit is not None and len(found) > query.limit
        return Frame((Column("value", "text"),), (found[: query.limit],), truncated=is_cut, sql=query.text)

    def _series(self, query: PromSteps, *, buckets: bool = False) -> SeriesFrame:
        fields = [
            ("query", query.expanded.text),
            ("start", _seconds(query.start_ms)),
            ("end", _seconds(query.stop_ms)),
            ("step", _seconds(query.step_ms)),
        ]
        step = query.step_ms / 1_000
        return self._read(
            "query_range",
            fields,
            query.expanded,
            lambda said: read_series(said, most_points=self._limits.rows, step=step, buckets=buckets),
        )

    def _read(self, path: str, fields: Fields, expanded: Expanded, read: Callable[[dict[str, Any]], Read]) -> Read:
        started = time.perf_counter()
        try:
            said = self.ask(path, [*fields, ("timeout", f"{self._seconds_left():.3f}")])
        except PlaceTold as error:
            raise _placed(error, expanded) from error
        try:
            frame: Any = read(said)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise QueryFailed("The server's answer is not one of Prometheus.") from error
        elapsed_ms = (time.perf_counter() - started) * 1_000
        if elapsed_ms > settings.SLOW_QUERY_MS:
            log.warning("slow query", extra={"query": path, "ms": round(elapsed_ms)})
        found: Read = replace(frame, sql=expanded.text, elapsed_ms=elapsed_ms)
        return found

    def ask(self, path: str, fields: Fields, *, only_get: bool = False) -> dict[str, Any]:
        seconds = self._seconds_left()
        with self._gate.passing(seconds=seconds):
            return self._server.ask(path, fields, seconds=seconds, most_bytes=self._limits.bytes, only_get=only_get)

    def _seconds_left(self) -> float:
        return max(0.1, self._ends_at - time.monotonic())


def _placed(error: PlaceTold, expanded: Expanded) -> QueryFailed | Mistake:
    """The mistake at the place in what an editor wrote, where the server names one."""
    if error.told_at is None:
        return error
    line, column = error.told_at
    starts = [0, *(place + 1 for place, sign in enumerate(expanded.text) if sign == "\n")]
    at = starts[min(line, len(starts)) - 1] + column - 1
    return mistake(error.detail.rpartition("parse error: ")[2], text=expanded.written, at=expanded.origin(at))


def _without_page(query: PromQuery | PromQueries) -> PromQuery | PromQueries:
    return replace(query, limit=None, offset=0)


def _total(answer: Answered) -> Frame:
    columns = (Column("total", "number"), Column("is_estimate", "boolean"))
    return Frame(columns, ([answer.row_count], [answer.truncated]), sql=answer.sql, elapsed_ms=answer.elapsed_ms)


def _over(time_range: TimeRange) -> Fields:
    stop = time_range.stop or datetime.now(UTC)
    start = time_range.start or stop - DAY
    return [("start", f"{start.timestamp():.3f}"), ("end", f"{stop.timestamp():.3f}")]


def _when(written: Written, *, by_step: bool) -> tuple[str, Fields]:
    """The part of the API that rows are asked of, and for which moments."""
    if not by_step:
        return "query", [("time", _seconds(written.end_ms))]
    ends = [("start", _seconds(written.start_ms)), ("end", _seconds(written.stop_ms))]
    return "query_range", [*ends, ("step", _seconds(written.intervals.step_ms))]


def _seconds(ms: int) -> str:
    return f"{ms / 1_000:.3f}"
