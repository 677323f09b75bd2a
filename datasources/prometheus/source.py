"""A Prometheus as a source: queries are written out, checked, asked at steps that all share, and named."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings

from datasources.base import Identity, Limits, Query
from datasources.explained import Explained
from datasources.frame import Answered, Column, Frame, SeriesFrame
from datasources.prom_queries import PromCount, PromQueries, PromQuery
from datasources.prometheus import splitting
from datasources.prometheus.asking import Asking
from datasources.prometheus.gate import Gate
from datasources.prometheus.reading import moments
from datasources.prometheus.server import Fields, Server
from datasources.prometheus.splitting import PromSplittable
from datasources.prometheus.steps import Written, moment, write
from tenants.models import Tenant

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Setting:
    """`scrape_ms`: how often it asks its targets. `is_checked`: it speaks PromQL alone, so that mistakes are found here."""

    scrape_ms: int
    is_checked: bool


class PrometheusSource:
    def __init__(
        self, tenant: Tenant, server: Server, gate: Gate, *, identity: Identity, limits: Limits, setting: Setting, platform: bool
    ) -> None:
        self.tenant, self.platform = tenant, platform
        self._server, self._gate, self._identity, self._limits, self._setting = server, gate, identity, limits, setting

    @property
    def identity(self) -> Identity:
        return self._identity

    def limits(self) -> Limits:
        return self._limits

    def run(self, queries: Mapping[str, Query]) -> dict[str, Answered]:
        return self._asking(self._limits).answers(queries)

    def split(self, query: Query) -> PromSplittable | None:
        return splitting.split(query, self._write(query)) if isinstance(query, PromQuery) else None

    def stream(self, query: Query) -> Generator[Frame, None, None]:
        answer = self._whole(query)
        yield from _in_pieces(answer if isinstance(answer, Frame) else _as_rows(answer))

    def count(self, query: Query) -> int:
        return self._whole(query).row_count

    def explain(self, query: Query) -> Explained:
        """The text as it is sent, and at how many steps; what that costs nobody says beforehand."""
        parts = [self._write(part) for part in _parts(query)]
        lines = tuple(f"{_count_of(one)} steps of {one.intervals.interval}" for one in parts)
        return Explained(";\n\n".join(one.expanded.text for one in parts), (), lines, 0.0, 0, ())

    def fit(self, queries: Iterable[Query]) -> float:
        for query in queries:
            for part in _parts(query):
                self._write(part)
        return 0.0

    def api(self, path: str, fields: Fields, *, seconds: float | None = None, only_get: bool = True) -> dict[str, Any]:
        """The answer of a part of the API that is no query. Raises SourceError."""
        asking = self._asking(self._limits if seconds is None else replace(self._limits, timeout_ms=round(seconds * 1_000)))
        return asking.ask(path, fields, only_get=only_get)

    def rows_of(self, query: PromQuery) -> Frame:
        """The rows of an instant query, all of them."""
        return self._asking(self._limits).rows(query)

    def _whole(self, query: Query) -> Answered:
        """What a file may have of it."""
        limits = replace(self._limits, timeout_ms=round(settings.EXPORT_TIMEOUT * 1_000), rows=settings.EXPORT_ROW_LIMIT)
        return self._asking(limits).answers({"file": query})["file"]

    def _asking(self, limits: Limits) -> Asking:
        return Asking(self._server, self._gate, limits, partial(self._write, now=moment()), tenant=self.tenant.slug)

    def _write(self, query: PromQuery, now: datetime | None = None) -> Written:
        its = self._setting
        return write(query, tenant=self.tenant.slug, scrape_ms=its.scrape_ms, is_checked=its.is_checked, now=now)


def _parts(query: Query) -> Sequence[PromQuery]:
    if isinstance(query, PromQueries):
        return query.parts
    if isinstance(query, PromCount):
        return _parts(query.of)
    return (query,) if isinstance(query, PromQuery) else ()


def _as_rows(frame: SeriesFrame) -> Frame:
    """Points as a file has them: their time, series and value."""
    columns = (Column("timestamp", "time"), Column("label", "text"), Column("value", "number"))
    times = [moment for one in frame.series for moment in moments(one.times)]
    labels = [one.label for one in frame.series for _ in range(len(one.times))]
    values = [value for one in frame.series for value in one.values.tolist()]
    return Frame(columns, (times, labels, values), truncated=frame.truncated, sql=frame.sql, notes=frame.notes)


def _in_pieces(frame: Frame) -> Generator[Frame, None, None]:
    """At least one, so that its columns are known."""
    for start in range(0, max(1, frame.row_count), ROWS_AT_ONCE):
        yield replace(frame, values=tuple(values[start : start + ROWS_AT_ONCE] for values in frame.values))


def _count_of(written: Written) -> int:
    return (written.stop_ms - written.start_ms) // written.intervals.step_ms + 1
