"""Buckets in SQL, and as moments: minutes and hours of fixed length, days, weeks and months by the calendar of a zone."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from datasources.errors import QueryRefused
from datasources.timerange import Bucket

ORIGIN_DAY = datetime(2000, 1, 3)  # a Monday; buckets are counted from its midnight in the zone
_INTERVAL = re.compile(r"(\d{1,6})\s*(s|m|h|d|w|M)", re.ASCII)
_UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week", "M": "month"}


def interval_of(text: str) -> Bucket:
    """`30s`, `5m`, `1h`, `1d`, `1w`, `1M`. Raises QueryRefused."""
    match = _INTERVAL.fullmatch(text)
    if match is None or not int(match[1]):
        raise QueryRefused("An interval is a number and s, m, h, d, w or M: 5m, 1h, 1d.", detail=f"“{text}” is none.")
    count, unit = int(match[1]), match[2]
    if unit == "s":
        return Bucket(count, "second")
    if unit in "dwM" and count != 1:
        raise QueryRefused("Buckets of days and longer are one day, one week or one month wide: 1d, 1w, 1M.")
    return Bucket(count, _UNITS[unit])


def bucket_sql(column: str, bucket: Bucket, *, zone: str, origin: datetime = ORIGIN_DAY, time_bucket: bool = False) -> str:
    """The start of the bucket that holds `column`, a timestamptz.

    With `time_bucket` by TimescaleDB's function, which answers the same and whose groups TimescaleDB can estimate.
    Constants, not parameters: PostgreSQL must see that two uses in SELECT and GROUP BY are the same expression.
    """
    moment = f"({column})::timestamptz"
    if bucket.follows_calendar:
        return f"date_trunc('{bucket.unit}', {moment}, {_literal(zone)})"
    start = origin.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    function = "time_bucket" if time_bucket else "date_bin"
    return f"{function}(interval '{bucket.seconds} seconds', {moment}, timestamptz '{start.isoformat()}')"


def first_start(start: datetime, bucket: Bucket, *, zone: str) -> datetime:
    """The start, in UTC, of the bucket of fixed length that holds `start`."""
    origin = ORIGIN_DAY.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    width = timedelta(seconds=bucket.seconds)
    return origin + (start.astimezone(UTC) - origin) // width * width


def calendar_starts(start: datetime, stop: datetime, bucket: Bucket, *, zone: str) -> list[datetime]:
    """The starts, in UTC, of all days, weeks or months that touch `start` … `stop`."""
    day = start.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    if bucket.unit == "week":
        day -= timedelta(days=day.weekday())
    if bucket.unit == "month":
        day = day.replace(day=1)
    starts = []
    while day < stop:
        starts.append(day.astimezone(UTC))
        day = _next(day, bucket.unit)
    return starts


def _next(day: datetime, unit: str) -> datetime:
    """Wall-clock arithmetic: midnight stays midnight over a change to summer time."""
    if unit == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
