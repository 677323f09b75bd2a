"""The marks that an answer holds: of SQL a row is one, of PromQL each stretch of time in which a series is not nought."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.annotations.definitions import AnnotationQuery
from dashboards.annotations.mark import Mark
from dashboards.panels.moments import read_epoch
from datasources.frame import Answered, Frame, Series, SeriesFrame
from datasources.timerange import EARLIEST, LATEST

LONGEST_TEXT = 2_000
NEIGHBOURS = 1.5  # steps: points further from each other have one without a value between them


def marks_of(answered: Answered, query: AnnotationQuery, zone: ZoneInfo) -> list[Mark]:
    """What a query's answer marks; `zone` is the tenant's, in which a date begins."""
    if isinstance(answered, SeriesFrame):
        return [mark for series in answered.series for mark in _of_series(series, answered.step or 0.0, query)]
    return list(_of_rows(answered, query, zone))


def _of_series(series: Series, step: float, query: AnnotationQuery) -> Iterator[Mark]:
    """A region from the first step to the last of those beside each other; of one step, a moment."""
    times = series.times[~np.isnan(series.values) & (series.values != 0)]
    for stretch in np.split(times, np.flatnonzero(np.diff(times) > NEIGHBOURS * step) + 1):
        if not len(stretch):
            continue
        start, stop = (datetime.fromtimestamp(end, UTC) for end in (float(stretch[0]), float(stretch[-1])))
        text = series.label[:LONGEST_TEXT]
        yield Mark(kind=query.name, color=query.color, start=start, stop=stop if stop > start else None, text=text)


def _of_rows(frame: Frame, query: AnnotationQuery, zone: ZoneInfo) -> Iterator[Mark]:
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
