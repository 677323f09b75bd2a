"""What a panel can ask of a Prometheus: query values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datasources.promql.expand import Expanded
from datasources.timerange import MAX_POINTS, TimeRange

if TYPE_CHECKING:
    from datasources.base import Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class PromQuery:
    """PromQL as an editor wrote it, with `$variables` and `$__interval` …, at each step of a range. Answered as a SeriesFrame.

    `instant`: at the range's end alone. Answered as a Frame: `time`, a column a label, `value`; with `names_rows` a column
    `label` before them; `by_step`, such rows of each step of the range. `legend` names series and rows: `{{instance}}`; empty,
    by what tells them apart. The step follows from the range, `max_points`, and `min_step_ms`, else how often the source looks
    at its targets. `letter` is what it is called among several. `buckets`: native histograms are answered too, a series or row
    for each bound of their buckets, by the label `le`. `sort` and its like are of rows.
    """

    text: str
    legend: str = ""
    time_range: TimeRange = field(default_factory=TimeRange)
    instant: bool = False
    names_rows: bool = False
    by_step: bool = False
    buckets: bool = False
    letter: str = ""
    max_points: int = MAX_POINTS
    min_step_ms: int | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    sort: Sort | None = None
    search: str = ""
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromQueries:
    """Several of one sort, over one range: answered as one. Rows of equal labels are one row, with a value of each query.

    `sort` and its like are of the rows they are together.
    """

    parts: tuple[PromQuery, ...]
    sort: Sort | None = None
    search: str = ""
    limit: int | None = None
    offset: int = 0

    @property
    def instant(self) -> bool:
        return self.parts[0].instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PromCount:
    """How many rows `of` has, which is instant, without its limit. Answered as a CountQuery is."""

    of: PromQuery | PromQueries


@dataclass(frozen=True, slots=True, kw_only=True)
class PromOptions:
    """What there is to choose from: `label_values(up, instance)`, `label_names()`, `metrics(node_.*)`, `query_result(up)`.

    Answered as a Frame of one column, `value`, in order; of what is there over the range, or over the last day.
    """

    text: str
    time_range: TimeRange = field(default_factory=TimeRange)
    variables: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromSteps:
    """PromQL as it is sent, at each step from `start_ms` to `stop_ms`, both included: a piece of a PromQuery's answer.

    Answered as a SeriesFrame in which a series' label is all its labels, as sorted JSON.
    """

    expanded: Expanded
    start_ms: int
    stop_ms: int
    step_ms: int
