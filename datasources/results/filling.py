"""Buckets without rows, filled after the query as `$__timeGroup` says: with NULL, with the value before, or with a number."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from datasources.base import Query, SqlSeriesQuery
from datasources.compile.macros import PREVIOUS, Group
from datasources.compile.time_groups import groups_in
from datasources.frame import Answered, Doubles, Series, SeriesFrame
from datasources.runs.buckets import buckets_of, ends_of
from datasources.runs.kept import MOST_BUCKETS


def filled(frames: Mapping[str, Answered], queries: Mapping[str, Query], *, zone: str, most_points: int) -> dict[str, Answered]:
    """The answers with their gaps filled where the query asks for it; left as they are where that would be too many points."""
    return {name: _filled(queries[name], frame, zone, most_points) for name, frame in frames.items()}


def _filled(query: Query, frame: Answered, zone: str, most_points: int) -> Answered:
    if not isinstance(query, SqlSeriesQuery) or not isinstance(frame, SeriesFrame) or not query.time_range.is_closed:
        return frame
    group = next((group for group in groups_in(query.text, query.interval_ms) if group.fill is not None), None)
    if group is None:
        return frame
    starts = _starts(query, group, zone)
    if len(starts) * len(frame.series) > most_points:
        return frame
    return replace(frame, series=tuple(_without_gaps(one, starts, group.fill) for one in frame.series))


def _starts(query: SqlSeriesQuery, group: Group, zone: str) -> Doubles:
    """Where the buckets of the range start; of those too many to draw, none."""
    start, stop = ends_of(query.time_range)
    width = group.bucket.seconds
    if (stop - start) / width > MOST_BUCKETS:
        return np.empty(0)
    if group.of_epochs and not group.bucket.follows_calendar:
        return np.arange(start // width * width, stop, width, dtype=np.float64)
    return buckets_of(query.time_range, group.bucket, zone=zone).starts


def _without_gaps(one: Series, starts: Doubles, fill: float | str | None) -> Series:
    lacking = starts[~np.isin(starts, one.times)]
    if not len(lacking):
        return one
    if fill == PREVIOUS:
        before = np.searchsorted(one.times, lacking) - 1
        values = np.where(before >= 0, one.values[np.maximum(before, 0)], np.nan)
    else:
        values = np.full(len(lacking), fill if isinstance(fill, float) else np.nan)
    times = np.concatenate([one.times, lacking])
    order = np.argsort(times, kind="stable")
    return replace(one, times=times[order], values=np.concatenate([one.values, values])[order])
