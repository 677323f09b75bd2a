"""Which queries over a table, and which SQL, are put together from whole buckets."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, NamedTuple

from datasources.base import Query, SeriesQuery, SqlSeriesQuery
from datasources.compile.buckets import ORIGIN_DAY, from_first_bucket
from datasources.compile.grouping import grouping_of, variables_of_condition
from datasources.compile.steady import names_the_hour
from datasources.compile.text import names_interval
from datasources.runs.buckets import buckets_of, ends_of
from datasources.runs.kept import MOST_BUCKETS
from datasources.runs.splittable import Splittable
from datasources.timerange import Bucket, TimeRange

SETTLE_BUCKETS, SETTLE_SECONDS = 2, 300.0
COUNTABLE_FROM = ORIGIN_DAY.replace(tzinfo=UTC).timestamp() + 2 * 86_400  # in every zone


@dataclass(frozen=True, slots=True, eq=False)
class SqlSplittable(Splittable):
    """`query` over `buckets` of a zone."""

    query: SeriesQuery | SqlSeriesQuery
    bucket: Bucket
    zone: str
    variables: Mapping[str, Any]

    @property
    def time_range(self) -> TimeRange:
        return self.query.time_range

    @property
    def settle_seconds(self) -> float:
        """Where the query does not say, two buckets, at least five minutes."""
        if self.query.settle_seconds is not None:
            return self.query.settle_seconds
        return max(SETTLE_BUCKETS * self.bucket.seconds, SETTLE_SECONDS)

    def key(self) -> str:
        """Of the query all but its range, the bucket, and the zone."""
        query, variables = self.query, sorted((name, _typed(value)) for name, value in self.variables.items())
        if isinstance(query, SqlSeriesQuery):
            asked: tuple[Any, ...] = (query.text, query.zone.key, _interval(query))
        else:
            asked = (query.table, query.timestamp, query.value, query.label, query.where, query.aggregate)
        whole = repr((type(query).__name__, asked, self.bucket.label, self.zone, variables))
        return hashlib.blake2b(whole.encode(), digest_size=20).hexdigest()

    def at(self, time_range: TimeRange) -> SeriesQuery | SqlSeriesQuery:
        return replace(self.query, time_range=time_range)


def split(query: Query, zone_name: str) -> SqlSplittable | None:
    """The query in buckets of the tenant's zone; None where whole buckets put together may not be its answer."""
    if not isinstance(query, SeriesQuery | SqlSeriesQuery) or not query.time_range.is_closed:
        return None
    found = _grouping(query)
    if found is None or found.variables - set(query.variables):
        return None
    variables = {name: query.variables[name] for name in found.variables}
    if any(map(names_the_hour, variables.values())) or not _has_place_for(query.time_range, found.bucket):
        return None
    query = replace(query, time_range=from_first_bucket(query.time_range, found.bucket, zone=zone_name))
    buckets = buckets_of(query.time_range, found.bucket, zone=zone_name)
    return SqlSplittable(buckets, query, found.bucket, zone_name, variables)


class _Found(NamedTuple):
    bucket: Bucket
    variables: frozenset[str]


def _grouping(query: SeriesQuery | SqlSeriesQuery) -> _Found | None:
    if isinstance(query, SqlSeriesQuery):
        grouping = grouping_of(query.text, _interval(query))
        return _Found(grouping.bucket, grouping.variables) if grouping is not None else None
    variables = variables_of_condition(query.where, query.timestamp)
    return _Found(query.bucket, variables) if query.bucket is not None and variables is not None else None


def _interval(query: SqlSeriesQuery) -> int | None:
    """What `$__interval` means in it, where it occurs."""
    return query.interval_ms if names_interval(query.text) else None


def _has_place_for(time_range: TimeRange, bucket: Bucket) -> bool:
    """Whether the buckets are few enough to keep. Before the origin older servers misplace moments on a bucket's edge."""
    start, stop = ends_of(time_range)
    is_truncated = bucket.follows_calendar and bucket.count == 1
    is_countable = is_truncated or start - bucket.seconds > COUNTABLE_FROM
    return start < stop and is_countable and (stop - start) / bucket.seconds < MOST_BUCKETS


def _typed(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"
