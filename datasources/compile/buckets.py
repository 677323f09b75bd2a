"""Buckets in SQL, and as moments: minutes and hours of fixed length, days and longer by the calendar of a zone."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from datasources.errors import QueryRefused
from datasources.timerange import Bucket, TimeRange

ORIGIN_DAY = datetime(2000, 1, 3)  # a Monday; buckets are counted from its midnight in the zone
MOST_DAYS = 3_650
_INTERVAL = re.compile(r"(\d{1,6})\s*(s|m|h|d|w|M|y)", re.ASCII)
_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month", "y": "year"}


def interval_of(text: str) -> Bucket:
    """`30s`, `5m`, `1h`, `1d`, `2w`, `1M`, `1y`. Raises QueryRefused."""
    match = _INTERVAL.fullmatch(text)
    if match is None or not int(match[1]):
        raise QueryRefused("An interval is a number and s, m, h, d, w, M or y: 5m, 1h, 1d.", detail=f"“{text}” is none.")
    count, unit = int(match[1]), match[2]
    if unit in "My" and count != 1:
        raise QueryRefused("Months and years are taken one by one: 1M, 1y. Of days and weeks it may be several: 2w.")
    if (unit == "d" and count > MOST_DAYS) or (unit == "w" and count > MOST_DAYS // 7):
        raise QueryRefused(f"A bucket of days or weeks has at most {MOST_DAYS:,} days.")
    return Bucket(count, _UNITS[unit])


def bucket_sql(column: str, bucket: Bucket, *, zone: str, origin: datetime = ORIGIN_DAY, time_bucket: bool = False) -> str:
    """The start of the bucket that holds `column`, a timestamptz.

    With `time_bucket` by TimescaleDB's function, which answers the same and whose groups TimescaleDB can estimate.
    Constants, not parameters: PostgreSQL must see that two uses in SELECT and GROUP BY are the same expression.
    """
    moment = f"({column})::timestamptz"
    if bucket.follows_calendar and bucket.count == 1:
        return f"date_trunc('{bucket.unit}', {moment}, {_literal(zone)})"
    if bucket.follows_calendar:  # several days: counted on the zone's wall clock, where each has 24 hours
        days, wall_clock = f"interval '{bucket.days} days'", f"{moment} AT TIME ZONE {_literal(zone)}"
        return f"(date_bin({days}, {wall_clock}, timestamp '{ORIGIN_DAY:%Y-%m-%d}') AT TIME ZONE {_literal(zone)})"
    start = origin.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    function = "time_bucket" if time_bucket else "date_bin"
    return f"{function}(interval '{bucket.seconds} seconds', {moment}, timestamptz '{start.isoformat()}')"


def bucket_start(moment: datetime, bucket: Bucket, *, zone: str) -> datetime:
    """The start, in UTC, of the bucket that holds `moment`."""
    if bucket.follows_calendar:
        return _first_day(moment, bucket, zone=zone).astimezone(UTC)
    origin = ORIGIN_DAY.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    width = timedelta(seconds=bucket.seconds)
    return origin + (moment.astimezone(UTC) - origin) // width * width


def bucket_stop(start: datetime, bucket: Bucket, *, zone: str) -> datetime:
    """Where the bucket that starts at `start` ends and the next one starts, in UTC: a day may have 23 or 25 hours."""
    if bucket.follows_calendar:
        return _next(_first_day(start, bucket, zone=zone), bucket).astimezone(UTC)
    return start.astimezone(UTC) + timedelta(seconds=bucket.seconds)


def calendar_starts(start: datetime, stop: datetime, bucket: Bucket, *, zone: str) -> list[datetime]:
    """The starts, in UTC, of all buckets by the calendar that touch `start` … `stop`."""
    stop = stop.astimezone(UTC)
    day = _first_day(start, bucket, zone=zone)
    starts = []
    while (moment := day.astimezone(UTC)) < stop:
        starts.append(moment)
        day = _next(day, bucket)
    return starts


def from_first_bucket(time_range: TimeRange, bucket: Bucket, *, zone: str) -> TimeRange:
    """The range from the start of its first bucket on. Its last bucket ends where the range ends."""
    if time_range.start is None:
        return time_range
    return replace(time_range, start=bucket_start(time_range.start, bucket, zone=zone))


def _first_day(moment: datetime, bucket: Bucket, *, zone: str) -> datetime:
    """The midnight, in the zone, at which the days, weeks, month or year that hold `moment` start."""
    day = moment.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if bucket.unit == "month":
        return day.replace(day=1)
    if bucket.unit == "year":
        return day.replace(month=1, day=1)
    return day - timedelta(days=(day.replace(tzinfo=None) - ORIGIN_DAY).days % bucket.days)


def _next(day: datetime, bucket: Bucket) -> datetime:
    """Wall-clock arithmetic: midnight stays midnight over a change to summer time."""
    if bucket.unit == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    if bucket.unit == "year":
        return day.replace(year=day.year + 1)
    return day + timedelta(days=bucket.days)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
