"""The range of the rows behind a point."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboards.panels.drill_down import range_behind
from datasources.timerange import Bucket, TimeRange

BERLIN = ZoneInfo("Europe/Berlin")
YEAR = TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "unit", "hours"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), "day", 23),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), "day", 25),
        (datetime(2026, 3, 22, 23, tzinfo=UTC), "week", 7 * 24 - 1),
        (datetime(2026, 1, 31, 23, tzinfo=UTC), "month", 28 * 24),
        (datetime(2026, 3, 29, 0, tzinfo=UTC), "hour", 1),
    ],
)
def test_behind_a_point_is_its_whole_bucket(start: datetime, unit: str, hours: int) -> None:
    found = range_behind(start, Bucket(1, unit), zone=BERLIN, within=YEAR)
    assert found == TimeRange(start, start + timedelta(hours=hours))


def test_behind_the_last_point_is_what_the_range_has_of_its_bucket() -> None:
    stop = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    found = range_behind(stop.replace(minute=0), Bucket(1, "hour"), zone=BERLIN, within=TimeRange(None, stop))
    assert found == TimeRange(stop.replace(minute=0), stop)


def test_behind_a_raw_point_is_a_little_before_and_after() -> None:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    found = range_behind(at, None, zone=BERLIN, within=YEAR)
    assert found == TimeRange(at - timedelta(minutes=1), at + timedelta(minutes=1))
