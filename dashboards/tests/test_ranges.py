from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards.asking import PageRange
from dashboards.ranges import range_label

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "stop", "label"),
    [
        ("now-6h", "now", "Last 6 hours"),
        ("now-1h", "now", "Last hour"),
        ("now-1d/d", "now-1d/d", "Yesterday"),
        ("now-36h", "now", "Last 36 hours"),
        ("now-1w", "now", "Last 1 week"),
        ("now-3M", "now", "Last 3 months"),
        ("now-2h", "now-1h", "1 Mar 2026 11:00 – 1 Mar 2026 12:00"),
        ("2026-02-01", "", "1 Feb 2026 00:00 – …"),
        ("", "", "… – …"),
        ("yesterday", "now", "yesterday – now"),
        ("now-yesterday", "now", "now-yesterday – now"),
    ],
)
def test_a_range_in_words(start: str, stop: str, label: str) -> None:
    assert range_label(PageRange(start, stop, ZoneInfo("Europe/Berlin"), NOON, NOON)) == label
