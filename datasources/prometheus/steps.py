"""When a query is asked for: at which steps over a range, at multiples of the step, so that all who look share them."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from datasources.errors import QueryRefused
from datasources.intervals import Intervals, prom_intervals
from datasources.prom_queries import PromQuery, PromSteps
from datasources.promql import check, expand, macros_of, macros_of_tenant
from datasources.promql.expand import Expanded

OPEN_SECONDS = 6 * 3_600.0  # of a range that is open at its beginning
MOST_POINTS = 11_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """A query written out for its range, which ends at `end_ms`, and the steps it is asked at; all in epoch milliseconds."""

    expanded: Expanded
    intervals: Intervals
    start_ms: int
    stop_ms: int
    end_ms: int

    def steps(self, start_ms: int | None = None, stop_ms: int | None = None) -> PromSteps:
        """The query for a stretch of its steps, both ends included; for all of them where no other is given."""
        return PromSteps(
            expanded=self.expanded,
            start_ms=self.start_ms if start_ms is None else start_ms,
            stop_ms=self.stop_ms if stop_ms is None else stop_ms,
            step_ms=self.intervals.step_ms,
        )


def write(query: PromQuery, *, tenant: str, scrape_ms: int, is_checked: bool, now: datetime | None = None) -> Written:
    """Variables and macros in their places; `is_checked`, mistakes found. Raises QueryRefused, Mistake and ValueMissing.

    `now`: what is asked together ends at the same moment, be the range's end in the future.
    """
    now = now or moment()
    stop = min(query.time_range.stop or now, now)
    start = query.time_range.start or stop - timedelta(seconds=OPEN_SECONDS)
    ends = _ms(start), max(_ms(start), _ms(stop))
    range_ms = _range_ms(query, ends)
    intervals = prom_intervals(range_ms, query.max_points, scrape_ms=scrape_ms, min_step_ms=query.min_step_ms)
    if range_ms / intervals.step_ms > MOST_POINTS:
        raise QueryRefused("The range has more steps than Prometheus answers. Make the panel's least step longer.")
    macros = {**macros_of(intervals, start=ends[0] / 1_000, stop=ends[1] / 1_000), **macros_of_tenant(tenant)}
    expanded = expand(query.text, variables=query.variables, macros=macros)
    if is_checked:
        check(expanded)
    step = intervals.step_ms
    return Written(expanded, intervals, ends[0] // step * step, ends[1] // step * step, ends[1])


def _range_ms(query: PromQuery, ends: tuple[int, int]) -> int:
    """As long as it was asked for, be its end in the future: the step must not change from moment to moment."""
    length = query.time_range.length
    return max(1, round(length.total_seconds() * 1_000) if length is not None else ends[1] - ends[0])


def moment() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
