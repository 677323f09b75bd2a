"""What each macro becomes: those of Grafana's PostgreSQL source, with moments bound and days by the tenant's calendar."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor

from datasources.compile.buckets import bucket_sql, interval_of
from datasources.compile.parameters import Parameters
from datasources.compile.text import Macro
from datasources.errors import QueryRefused
from datasources.intervals import written
from datasources.timerange import Bucket, TimeRange

NULL, PREVIOUS = "null", "previous"
EPOCH_GROUP = "unixEpochGroup"
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})", re.ASCII)
_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in `$__timeGroup(…)`: a column, the bucket, and what buckets without rows get.

    `fill` is `null`, `previous` or a number; None leaves such buckets out. `of_epochs`: the column holds numbers.
    """

    column: str
    bucket: Bucket
    fill: float | str | None = None
    of_epochs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What macros are written out with. `interval_ms` is `$__interval`; None where the range or the place has none."""

    parameters: Parameters
    time_range: TimeRange
    zone: str
    interval_ms: int | None = None
    time_bucket: bool = False

    def macros(self) -> dict[str, Macro]:
        """By their names without `$__`: each makes SQL of the texts of its arguments. They raise QueryRefused."""
        return {
            "time": lambda arguments: f'{_one(arguments, "time")} AS "time"',
            "timeEpoch": lambda arguments: f'extract(epoch from {_one(arguments, "timeEpoch")}) AS "time"',
            "timeFilter": lambda arguments: time_filter(_one(arguments, "timeFilter"), self.time_range, self.parameters),
            "timeFrom": lambda _: self._end(self.time_range.start),
            "timeTo": lambda _: self._end(self.time_range.stop),
            "timeGroup": self._time_group,
            "timeGroupAlias": lambda arguments: f'{self._time_group(arguments)} AS "time"',
            "unixEpochFilter": lambda arguments: self._epoch_filter(_one(arguments, "unixEpochFilter"), 1),
            "unixEpochFrom": lambda _: self._epoch(self.time_range.start, 1),
            "unixEpochTo": lambda _: self._epoch(self.time_range.stop, 1, up=True),
            "unixEpochNanoFilter": lambda arguments: self._epoch_filter(_one(arguments, "unixEpochNanoFilter"), _NANO),
            "unixEpochNanoFrom": lambda _: self._epoch(self.time_range.start, _NANO),
            "unixEpochNanoTo": lambda _: self._epoch(self.time_range.stop, _NANO, up=True),
            EPOCH_GROUP: self._epoch_group,
            "unixEpochGroupAlias": lambda arguments: f'{self._epoch_group(arguments)} AS "time"',
        }

    def word(self, name: str) -> str:
        return interval_word(name, self.interval_ms)

    def _time_group(self, arguments: list[str]) -> str:
        group = read_group(arguments)
        return bucket_sql(group.column, group.bucket, zone=self.zone, time_bucket=self.time_bucket)

    def _epoch_group(self, arguments: list[str]) -> str:
        group = read_group(arguments, macro=EPOCH_GROUP)
        if group.bucket.follows_calendar:
            start = bucket_sql(f"to_timestamp({group.column})", group.bucket, zone=self.zone)
            return f"extract(epoch from {start})"
        return f"floor(({group.column})/{group.bucket.seconds})*{group.bucket.seconds}"

    def _epoch_filter(self, column: str, scale: int) -> str:
        start, stop = self.time_range.start, self.time_range.stop
        parts = [f"{column} >= {self._epoch(start, scale)}"] if start is not None else []
        if stop is not None:
            parts.append(f"{column} < {self._epoch(stop, scale, up=True)}")
        return f"({' AND '.join(parts)})" if parts else "TRUE"

    def _end(self, moment: datetime | None) -> str:
        """With its type: a parameter alone, `SELECT $1`, is described as a text."""
        return f"{self.parameters.add(_known(moment))}::timestamptz"

    def _epoch(self, moment: datetime | None, scale: int, *, up: bool = False) -> str:
        """A whole number, so that an index on a column of them serves."""
        return f"{self.parameters.add(_since_1970(_known(moment), scale, up=up))}::bigint"


def interval_word(name: str, interval_ms: int | None) -> str:
    """`$__interval` as `5m`, `$__interval_ms` in milliseconds. Raises QueryRefused where there is none."""
    if interval_ms is None:
        raise QueryRefused("$__interval is only known to SQL over a time range with both ends.")
    return str(interval_ms) if name == "interval_ms" else written(interval_ms)


def time_filter(column: str, time_range: TimeRange, parameters: Parameters) -> str:
    """`column` within the range, `from` included and `to` not; an open end does not filter."""
    ends = [(">=", time_range.start), ("<", time_range.stop)]
    parts = [f"{column} {sign} {parameters.add(moment)}" for sign, moment in ends if moment is not None]
    return f"({' AND '.join(parts)})" if parts else "TRUE"


def read_group(arguments: list[str], *, macro: str = "timeGroup") -> Group:
    """What stands in the brackets of `$__timeGroup`. Raises QueryRefused."""
    if len(arguments) not in {2, 3} or not arguments[0]:
        raise QueryRefused(
            f"$__{macro} takes a column, an interval and, if you like, what to fill gaps with: $__{macro}(created_at, '5m', 0)."
        )
    bucket = interval_of(arguments[1].strip("'\" "))
    fill = _fill(arguments[2]) if len(arguments) == 3 else None
    return Group(arguments[0], bucket, fill, of_epochs=macro == EPOCH_GROUP)


def _fill(text: str) -> float | str:
    said = text.strip("'\" ")
    if said.lower() in {NULL, PREVIOUS}:
        return said.lower()
    if _NUMBER.fullmatch(said) is None:
        raise QueryRefused("Gaps are filled with NULL, previous or a number.", detail=f"“{said[:60]}” is none of them.")
    return float(said)


def _one(arguments: list[str], macro: str) -> str:
    if len(arguments) != 1 or not arguments[0]:
        raise QueryRefused(f"$__{macro} takes one column.")
    return arguments[0]


def _known(moment: datetime | None) -> datetime:
    if moment is None:
        raise QueryRefused("This query needs a time range with both ends.")
    return moment


def _since_1970(moment: datetime, scale: int, *, up: bool = False) -> int:
    """In seconds or, by scale, in parts of one; a part of a unit counts as none, or `up` as one."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    whole, micros = divmod(since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds, 1_000_000)
    parts = micros * scale / 1_000_000
    return whole * scale + (ceil(parts) if up else floor(parts))
