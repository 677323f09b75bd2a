"""Times that PostgreSQL wrote as the days that Excel counts, on a zone's clock: hour by hour, as few zones change within one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

BEFORE_FIRST_DAY = datetime(1899, 12, 31)
LEAP_DAY = 59  # from then on Excel counts the 29th of February 1900 too, which there was not
SECONDS_A_DAY = 86_400
MOST_KNOWN = 10_000

_HOUR, _MINUTE, _SECOND = slice(13), slice(14, 16), slice(17, None)  # of `2026-03-01 12:30:00.25`


class _Uneven(Exception):
    """In this hour the zone's clock changes; or it is no hour, or one of before Excel counts as everybody does."""


class Hours(dict[str, int]):
    """The seconds that a zone's clock stands at, at the beginning of an hour in UTC."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def serials(self, texts: Sequence[str | None]) -> list[str | None] | None:
        """The texts of times in UTC as numbers of days; None where one of them has to be looked at by itself."""
        try:
            return [None if text is None else self._serial(text) for text in texts]
        except (_Uneven, ValueError):
            return None

    def _serial(self, text: str) -> str:
        return repr((self[text[_HOUR]] + 60 * int(text[_MINUTE]) + float(text[_SECOND])) / SECONDS_A_DAY)

    def __missing__(self, hour: str) -> int:
        first = datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC)
        try:
            local, later = (moment.astimezone(self.zone) for moment in (first, first + timedelta(seconds=3_599)))
        except OverflowError as error:
            raise _Uneven from error
        since = local.replace(tzinfo=None) - BEFORE_FIRST_DAY
        if local.utcoffset() != later.utcoffset() or since.days <= LEAP_DAY:
            raise _Uneven
        if len(self) >= MOST_KNOWN:
            self.clear()
        found = self[hour] = SECONDS_A_DAY * (since.days + 1) + since.seconds
        return found


@lru_cache(maxsize=64)
def hours_of(zone: str) -> Hours:
    return Hours(ZoneInfo(zone))
