"""What a range may be, and what is refused in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from datasources.timerange import BadTimeRange, parse_time_range


@pytest.mark.parametrize(
    ("start", "stop", "said"),
    [
        ("0001-01-01", "2026-01-01", "between the years"),
        ("2026-01-01", "9999-12-31T23:59:59", "between the years"),
        ("now-1y", "now+7973y", "between the years"),
        ("1000-01-01", "2026-01-01", "125 years"),
        ("2026-01-02", "2026-01-01", "earlier"),
        ("yesterday", "", "is not a time"),
        ("now-99999999y", "", "is not a time"),
    ],
)
def test_a_range_that_cannot_be_shown_is_refused(start: str, stop: str, said: str) -> None:
    with pytest.raises(BadTimeRange, match=said):
        parse_time_range(start, stop, now=datetime(2026, 6, 1, tzinfo=UTC))


def test_the_longest_range_has_no_more_buckets_than_a_chart_draws() -> None:
    asked = parse_time_range("1901-01-01", "2025-12-01")
    assert asked.bucket() is not None
    assert asked.length is not None
    assert asked.length.total_seconds() / asked.bucket().seconds < 1_600  # type: ignore[union-attr]


@pytest.mark.parametrize("minute", [-30, 30, 90], ids=["before it", "while it comes again", "after it"])
def test_today_begins_at_the_first_of_two_midnights(minute: int) -> None:
    """In Havana the clocks go back from one o'clock to midnight: 1 November 2026 has 25 hours, from 4:00 UTC on."""
    now = datetime.fromtimestamp(datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp() + 60 * minute, UTC)
    day = parse_time_range("now/d", "now/d", zone=ZoneInfo("America/Havana"), now=now)
    assert (day.start, day.stop) == (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC))
