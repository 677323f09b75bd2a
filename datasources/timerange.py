"""Time ranges and buckets: what `from` and `to` say, and how wide a bucket a range gets."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

MAX_POINTS = 1_500
LONGEST = timedelta(days=365 * 125)  # 1,500 buckets of a month, the widest there is
EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)  # zones and earlier periods fit beside them
UTC_ZONE = ZoneInfo("UTC")
_STEPS = re.compile(r"([+-])(\d{1,6})(ms|[smhdwMy])")
_UNIT_SECONDS = {
    "second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_592_000, "year": 31_536_000,
}  # fmt: skip
# A length of time is a number and one of these; a month has 30 days, a year 365.
LETTER_SECONDS = {
    letter: _UNIT_SECONDS[unit]
    for letter, unit in zip("smhdwMy", ("second", "minute", "hour", "day", "week", "month", "year"), strict=True)
}
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class BadTimeRange(ValueError):
    """`from` or `to` is not a time. The message says which and what is allowed."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket's width. Minutes and hours are of fixed length; days and longer follow the calendar of a zone.

    Months and years come one by one.
    """

    count: int
    unit: str

    @property
    def label(self) -> str:
        """As PostgreSQL reads it and people do: `10 minutes`, `1 hour`."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def seconds(self) -> int:
        """The width; of a month, 30 days."""
        return self.count * _UNIT_SECONDS[self.unit]

    @property
    def days(self) -> int:
        """How many days a bucket of days or weeks has."""
        return self.count * (7 if self.unit == "week" else 1)

    @property
    def follows_calendar(self) -> bool:
        return self.unit in {"day", "week", "month", "year"}


def bucket_of(seconds: float) -> Bucket:
    """The bucket of a fixed width, in the largest unit that it is whole in."""
    width = max(1, round(seconds))
    units = (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    return next(Bucket(width // size, unit) for unit, size in units if width % size == 0)


# CONTRACT.md: none up to 8 h, then 1 minute, 10 minutes, 1 hour; coarser where a series would pass MAX_POINTS.
_BUCKETS = (
    (timedelta(days=1), Bucket(1, "minute")),
    (timedelta(days=4), Bucket(10, "minute")),
    (timedelta(hours=MAX_POINTS), Bucket(1, "hour")),
    (timedelta(hours=3 * MAX_POINTS), Bucket(3, "hour")),
    (timedelta(hours=6 * MAX_POINTS), Bucket(6, "hour")),
    (timedelta(days=MAX_POINTS), Bucket(1, "day")),
    (timedelta(weeks=MAX_POINTS), Bucket(1, "week")),
)


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start` (included) to `stop` (excluded), aware datetimes; None is open at that end.

    `anchor` is the moment both ends are counted from, as in “the last six hours”; None where they stand by themselves.
    """

    start: datetime | None = None
    stop: datetime | None = None
    anchor: datetime | None = field(default=None, compare=False)

    @property
    def is_closed(self) -> bool:
        return self.start is not None and self.stop is not None

    @property
    def length(self) -> timedelta | None:
        return self.stop - self.start if self.start is not None and self.stop is not None else None

    def previous(self) -> "TimeRange":
        """The range of the same length that ends where this one starts. An open range has none: ValueError."""
        if self.start is None or self.stop is None:
            raise ValueError("an open range has no previous one")
        return TimeRange(self.start - (self.stop - self.start), self.start, self.anchor)

    def bucket(self) -> Bucket | None:
        """The bucket of the contract's table; None for an open range and up to eight hours."""
        if self.length is None or self.length <= timedelta(hours=8):
            return None
        return next((bucket for longest, bucket in _BUCKETS if self.length <= longest), Bucket(1, "month"))


def stretch_begun(every_seconds: int) -> datetime:
    """When the present stretch of so many seconds began: the same moment for all who ask within it, so that they share."""
    seconds = int(time.time())
    return datetime.fromtimestamp(seconds - seconds % every_seconds, UTC)


def parse_time_range(
    start: str | None,
    stop: str | None,
    *,
    zone: tzinfo = UTC_ZONE,
    now: datetime | None = None,
    names: tuple[str, str] = ("from", "to"),
) -> TimeRange:
    """Read `from` and `to`, or whatever they are called. An empty one is open at that end. Raises BadTimeRange."""
    now = now or datetime.now(UTC)
    left, right = names
    time_range = TimeRange(
        parse_time(start, zone=zone, now=now, name=left) if start else None,
        parse_time(stop, zone=zone, now=now, name=right, round_up=True) if stop else None,
        now if all(end.strip().startswith("now") for end in (start, stop) if end) else None,
    )
    if time_range.start is not None and time_range.stop is not None and time_range.start >= time_range.stop:
        raise BadTimeRange(f"“{left}” must be earlier than “{right}”.")
    if time_range.length is not None and time_range.length > LONGEST:
        raise BadTimeRange(f"From “{left}” to “{right}” may be {LONGEST.days // 365} years at the most.")
    return time_range


def parse_time(text: str, *, zone: tzinfo, now: datetime, name: str = "time", round_up: bool = False) -> datetime:
    """Read `now`, `now-6h`, `now-1d/d` (rounded in `zone`), ISO 8601 or epoch milliseconds; answers UTC.

    `round_up` makes `/d` mean the end of the day, as the right end of a range wants it. Raises BadTimeRange.
    """
    moment = _read(text.strip(), zone=zone, now=now, name=name, round_up=round_up)
    if not EARLIEST <= moment <= LATEST:
        raise BadTimeRange(f"“{name}” must be between the years {EARLIEST.year} and {LATEST.year}.")
    return moment


def _read(text: str, *, zone: tzinfo, now: datetime, name: str, round_up: bool) -> datetime:
    try:
        if text.startswith("now"):
            return _relative(text, zone=zone, now=now, round_up=round_up).astimezone(UTC)
        if re.fullmatch(r"-?\d{5,16}", text, re.ASCII):
            return datetime.fromtimestamp(int(text) / 1_000, UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadTimeRange(
            f"“{name}” is not a time: use now, now-6h, now-1d/d, an ISO 8601 date and time, or epoch milliseconds."
        ) from error


def _relative(text: str, *, zone: tzinfo, now: datetime, round_up: bool) -> datetime:
    steps, slash, rounding = text.removeprefix("now").partition("/")
    moment, position = now.astimezone(zone), 0
    for match in _STEPS.finditer(steps):
        if match.start() != position:
            raise ValueError(text)
        moment, position = _step(moment, int(match[1] + match[2]), match[3]), match.end()
    if position != len(steps) or (slash and not rounding):
        raise ValueError(text)
    return _round(moment, rounding, round_up=round_up) if rounding else moment


def _step(moment: datetime, count: int, unit: str) -> datetime:
    """Days and longer keep the wall clock of the zone; shorter ones are spans of real time."""
    if unit == "ms":
        return moment + timedelta(milliseconds=count)
    if unit in "smh":
        return (moment.astimezone(UTC) + timedelta(**{_UNITS[unit]: count})).astimezone(moment.tzinfo)
    if unit in "dw":
        return moment + timedelta(**{_UNITS[unit]: count})
    months = moment.year * 12 + moment.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    return (datetime(year + month // 12, month % 12 + 1, 1) - datetime(year, month, 1)).days


def _round(moment: datetime, unit: str, *, round_up: bool) -> datetime:
    minute = moment.replace(second=0, microsecond=0)
    midnight = minute.replace(hour=0, minute=0, fold=0)  # the first of two, where clocks go back at midnight
    floors = {
        "s": moment.replace(microsecond=0),
        "m": minute,
        "h": minute.replace(minute=0),
        "d": midnight,
        "w": midnight - timedelta(days=moment.weekday()),
        "M": midnight.replace(day=1),
        "y": midnight.replace(month=1, day=1),
    }
    if unit not in floors:
        raise ValueError(unit)
    floor = floors[unit]
    return _step(floor, 1, unit) if round_up else floor
