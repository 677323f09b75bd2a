"""Behind a point of a chart: the rows it was made of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from datasources.base import TableQuery
from datasources.compile.buckets import bucket_stop
from datasources.series import NO_LABEL
from datasources.timerange import Bucket, TimeRange
from datasources.values import quoted

MOST_ROWS = 500
AROUND_A_RAW_POINT = timedelta(minutes=1)


def range_behind(at: datetime, bucket: Bucket | None, *, zone: ZoneInfo, within: TimeRange) -> TimeRange:
    """The bucket that starts at `at`, as far as a panel's range goes; of a raw point, a little before and after.

    `zone` is the tenant's: its days have 23 or 25 hours where its clocks change.
    """
    if bucket is not None:
        stop = bucket_stop(at, bucket, zone=zone.key)
        is_cut = within.stop is not None and at < within.stop < stop
        return TimeRange(at, within.stop if is_cut else stop)
    return TimeRange(at - AROUND_A_RAW_POINT, at + AROUND_A_RAW_POINT)


def rows_behind(
    *,
    table: str,
    timestamp: str,
    value: str,
    series_label: str | None,
    label: str | None,
    where: str,
    time_range: TimeRange,
    variables: Mapping[str, Any],
) -> TableQuery:
    """The rows of a time range, oldest first; of one series where there is a label column and a label is given."""
    bound = dict(variables)
    if label is not None and series_label is not None:
        chosen = f"{quoted(series_label)} IS NULL" if label == NO_LABEL else f"{quoted(series_label)}::text = :point_label"
        where = f"({where or 'TRUE'}\n) AND {chosen}"
        bound["point_label"] = label
    return TableQuery(
        table=table,
        columns={name: name for name in (timestamp, series_label, value) if name},
        time_column=timestamp,
        time_range=time_range,
        where=where,
        order_by=quoted(timestamp),
        limit=MOST_ROWS,
        variables=bound,
    )
