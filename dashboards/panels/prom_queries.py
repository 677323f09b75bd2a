"""What a document asks in PromQL: rows at the range's end, or points over the range."""

from collections.abc import Mapping
from dataclasses import replace
from string import ascii_uppercase
from typing import Any

from dashboards.panels.base import Ask
from dashboards.panels.parts import DataSource
from datasources.base import Query, Sort
from datasources.prom_queries import PromQueries, PromQuery


def prom_rows(
    source: DataSource, ask: Ask, variables: Mapping[str, Any], *, names_rows: bool = True, limit: int | None = None
) -> PromQuery | PromQueries:
    """A row a series, as it is at the range's end, or at each step where the document says so; with `names_rows` it has a
    column `label`.
    """
    parts = tuple(replace(part, instant=True, names_rows=names_rows) for part in _parts(source, ask, variables))
    return sorted_by(_together(parts), limit=limit)


def prom_series(
    source: DataSource, ask: Ask, variables: Mapping[str, Any], *, max_points: int | None = None
) -> PromQuery | PromQueries:
    """At most about `max_points` of each series, or as many as the panel has room for."""
    parts = tuple(replace(part, by_step=False) for part in _parts(source, ask, variables))
    if max_points is not None:
        parts = tuple(replace(part, max_points=max_points) for part in parts)
    return _together(parts)


def with_buckets(query: Query) -> Query:
    """The query, with the buckets of native histograms where it is PromQL: for types that draw buckets."""
    if isinstance(query, PromQueries):
        return replace(query, parts=tuple(replace(part, buckets=True) for part in query.parts))
    return replace(query, buckets=True) if isinstance(query, PromQuery) else query


def sorted_by(
    query: PromQuery | PromQueries, *, sort: Sort | None = None, search: str = "", limit: int | None = None, offset: int = 0
) -> PromQuery | PromQueries:
    """The rows of a query in an order, those in which a text is found, a page of them."""
    return replace(query, sort=sort, search=search, limit=limit, offset=offset)


def _together(parts: tuple[PromQuery, ...]) -> PromQuery | PromQueries:
    return parts[0] if len(parts) == 1 and not parts[0].letter else PromQueries(parts=parts)


def _parts(source: DataSource, ask: Ask, variables: Mapping[str, Any]) -> tuple[PromQuery, ...]:
    """Those that are not hidden; of several each with the letter it has among all."""
    return tuple(
        PromQuery(
            text=part.promql,
            legend=part.legend,
            time_range=ask.time_range,
            by_step=part.range,
            letter=letter if len(source.parts) > 1 else "",
            max_points=ask.max_points,
            min_step_ms=source.min_interval_ms,
            variables=variables,
        )
        for letter, part in zip(ascii_uppercase, source.parts, strict=False)
        if not part.hidden
    )
