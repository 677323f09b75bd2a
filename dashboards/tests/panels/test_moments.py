"""Moments on a chart's axis."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboards.panels.moments import clock_change, is_steady, on_axis, read_epoch, wall_clock, wall_clocks

BERLIN, KOLKATA, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")
SPRING = datetime(2026, 3, 29, tzinfo=BERLIN).timestamp()
AUTUMN = datetime(2026, 10, 25, tzinfo=BERLIN).timestamp()
HOUR, DAY = 3_600.0, 86_400.0


@pytest.mark.parametrize("number", [1_772_366_400, 1_772_366_400_000, 1_772_366_400_000_000, Decimal(1_772_366_400 * 10**9)])
def test_an_epoch_is_read_in_whatever_unit_it_is(number: int) -> None:
    assert read_epoch(number) == 1_772_366_400


def test_the_ends_of_the_calendar_are_not_on_the_axis() -> None:
    assert on_axis(datetime(9999, 12, 31, 23, tzinfo=UTC).timestamp()) is None
    assert on_axis(datetime(9999, 12, 30, tzinfo=UTC).timestamp()) is not None


def test_the_axis_shows_the_wall_clock_of_the_zone() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert wall_clock(noon.timestamp(), KOLKATA) == datetime(2026, 3, 1, 17, 30, tzinfo=UTC).timestamp() * 1_000


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_wall_clocks_follow_a_change_of_clocks(change: float) -> None:
    hours = [change + number * HOUR for number in range(8)]
    clocks = wall_clocks(np.array(hours), BERLIN).tolist()
    assert clocks == [wall_clock(hour, BERLIN) for hour in hours]
    assert clocks[-1] - clocks[0] != 7 * HOUR * 1_000


def test_a_range_is_steady_unless_clocks_change_in_it() -> None:
    assert is_steady(SPRING - 30 * DAY, SPRING, BERLIN)
    assert not is_steady(SPRING, SPRING + DAY, BERLIN)
    assert not is_steady(SPRING - DAY, AUTUMN + 10 * DAY, BERLIN)
    assert is_steady(0, 50 * 365 * DAY, UTC_ZONE)


def test_a_change_of_clocks_is_found_to_the_day() -> None:
    assert clock_change(SPRING - 20 * DAY, SPRING + 40 * DAY, BERLIN) == date(2026, 3, 29)
    assert clock_change(AUTUMN - 3 * DAY, AUTUMN + DAY, BERLIN) == date(2026, 10, 25)
    assert clock_change(SPRING + DAY, SPRING + 9 * DAY, BERLIN) is None
