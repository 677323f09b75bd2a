"""What a panel can ask of a source: query values, and what every source has."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol
from zoneinfo import ZoneInfo

from datasources.explained import Explained
from datasources.frame import Answered, Frame
from datasources.prom_queries import PromCount, PromOptions, PromQueries, PromQuery, PromSteps
from datasources.timerange import UTC_ZONE, Bucket, TimeRange
from tenants.models import Tenant

if TYPE_CHECKING:
    from datasources.runs.splittable import Splittable

OWN = "tenant"  # the slug of each tenant's own database

Aggregate = Literal["avg", "min", "max", "sum", "count", "last", "p50", "p95", "p99"]


@dataclass(frozen=True, slots=True)
class Sort:
    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuery:
    """Rows of one table or view. `columns` maps the name in the answer to the table's column, in order.

    `where` and `order_by` are plain SQL expressions over the table's columns; `:name` in `where` is bound to `variables`.
    `sort.column` is a name in the answer. `search` keeps the rows in which any listed column contains the text.
    """

    table: str
    columns: Mapping[str, str]
    time_range: TimeRange = field(default_factory=TimeRange)
    time_column: str | None = None
    where: str = ""
    order_by: str = ""
    sort: Sort | None = None
    search: str = ""
    limit: int | None = None
    offset: int = 0
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQuery:
    """A row a group of a table's rows, in the order of the groups: what they have in common, then an aggregate of each value.

    `groups` and `values` map names in the answer to the table's columns; without `groups` the whole is one group. With a
    `bucket` rows are grouped by time too: the answer's first column is `time`, the bucket's start, and the first bucket is whole.
    """

    table: str
    groups: Mapping[str, str]
    values: Mapping[str, str]
    aggregate: Aggregate
    time_column: str | None = None
    time_range: TimeRange = field(default_factory=TimeRange)
    bucket: Bucket | None = None
    where: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """Points over time, answered as a SeriesFrame. Exported, its rows have `timestamp`, `value` and, with a label, `label`.

    With a bucket: one row a bucket and label, `timestamp` the bucket's start, in no particular order; the first bucket is
    whole, the last ends where the range ends. Without: the rows themselves, oldest first; where the range is open at an end,
    the newest `limit` of them. `settle_seconds`: so long after its end rows of a bucket may still come; None by its width.
    """

    table: str
    timestamp: str
    value: str
    label: str | None = None
    time_range: TimeRange
    where: str = ""
    aggregate: Aggregate = "avg"
    bucket: Bucket | None = None
    limit: int | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    settle_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuery:
    """SQL as an editor wrote it, with `:variables` and macros: `$__timeFilter(column)`, `$__timeGroup(column, interval)` …

    `interval_ms` is what `$__interval` means in it. `sort`, `search`, `limit` and `offset` are laid around the statement, on the
    columns of its answer by their names in a Frame.
    """

    text: str
    time_range: TimeRange = field(default_factory=TimeRange)
    variables: Mapping[str, Any] = field(default_factory=dict)
    interval_ms: int | None = None
    sort: Sort | None = None
    search: str = ""
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSeriesQuery:
    """An editor's SQL, as in SqlQuery, whose rows are points over time. Answered as a SeriesFrame.

    Where it plainly groups by `$__timeGroup`, its first bucket is whole, and `settle_seconds` are as in SeriesQuery. `zone`:
    whose clock timestamps without a zone are.
    """

    text: str
    time_range: TimeRange = field(default_factory=TimeRange)
    variables: Mapping[str, Any] = field(default_factory=dict)
    interval_ms: int | None = None
    zone: ZoneInfo = UTC_ZONE
    settle_seconds: float | None = None

    @property
    def plain(self) -> SqlQuery:
        """The same rows, as they are."""
        return SqlQuery(text=self.text, time_range=self.time_range, variables=self.variables, interval_ms=self.interval_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountQuery:
    """How many rows `of` has. The answer: one row, `total` (int) and `is_estimate` (bool); exact up to `exact_up_to`."""

    of: TableQuery | SqlQuery
    exact_up_to: int = 10_000


SqlAsked = TableQuery | GroupQuery | SeriesQuery | SqlQuery | SqlSeriesQuery | CountQuery
PromAsked = PromQuery | PromQueries | PromCount | PromOptions | PromSteps
Query = SqlAsked | PromAsked


@dataclass(frozen=True, slots=True)
class Identity:
    """Which source of which tenant, and in which state its settings are: what its results are kept under.

    `tenant` is the row's, so that no two tenants ever share a result, be the source shared. `source` is the row's of a
    DataSource, or 0: the tenant's own database.
    """

    tenant: int
    source: int
    version: str

    @property
    def is_own(self) -> bool:
        """Whether it is the tenant's own database."""
        return self.source == 0

    def __str__(self) -> str:
        return f"{self.tenant}:{self.source}:{self.version}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may take."""

    timeout_ms: int
    rows: int
    bytes: int


class Source(Protocol):
    """`platform`: what is asked is of a panel the platform keeps, not of one that the tenant has made itself."""

    tenant: Tenant
    platform: bool

    @property
    def identity(self) -> Identity: ...

    def limits(self) -> Limits: ...

    def run(self, queries: Mapping[str, Query]) -> dict[str, Answered]:
        """Run read-only queries one after the other on one snapshot, an answer each under the same name.

        At most `limits().rows`; an answer's `truncated` tells whether there were more. Raises QueryRefused, QueryFailed,
        QueryTimeout, SourceUnavailable.
        """

    def split(self, query: Query) -> Splittable | None:
        """The query over whole buckets, which together are its answer; None where they may not be."""

    def stream(self, query: Query) -> Generator[Frame, None, None]:
        """The whole result, up to EXPORT_ROW_LIMIT, in Frames of some rows each, in constant memory. Raises as `run`."""

    def count(self, query: Query) -> int:
        """How many rows `stream` would give without its limit; that may take as long as a file may. Raises as `run`."""

    def explain(self, query: Query) -> Explained:
        """What a query would cost and why, without running it. Raises as `run`."""

    def fit(self, queries: Iterable[Query]) -> float:
        """Whether the source has all that some queries need, none of them run: the dearest one's cost, as in Explained.

        0 where the source cannot tell. Raises SourceError as running them would.
        """
