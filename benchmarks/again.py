"""A second look a minute later: of a week and of a month only the newest buckets are asked, as of one hour."""

from collections.abc import Callable
from datetime import datetime, timedelta

from benchmarks.client import Client
from benchmarks.report import Figure, Report
from benchmarks.scene import path
from benchmarks.timing import in_turns

PANEL, ROUNDS, WARM_UP = "week", 20, 3
HOURS = {"one hour": 1, "7 days in hours × 20": 168, "30 days in hours × 20": 720}
MOST_TIMES = 1.5


def measure(port: int, session_key: str, now: datetime, report: Report) -> None:
    """Each round is a minute later than the one before it: the last of them as far behind the clock as the first was ahead."""
    report.heading(f"The same panel, a minute later each time: ms, medians of {ROUNDS} rounds in turns")
    first = now - timedelta(minutes=(ROUNDS + WARM_UP) // 2)
    with Client(port, session_key) as client:
        works = {name: _looks(client, first, hours) for name, hours in HOURS.items()}
        times = in_turns(works, rounds=ROUNDS, warm_up=WARM_UP)
    floor = times.pop("one hour").median
    for name, timing in times.items():
        report.add(Figure("again", f"{name}, beside one hour", timing.median, "ms", floor, floor * MOST_TIMES, timing.spread))


def _looks(client: Client, first: datetime, hours: int) -> Callable[[], object]:
    """Looks so many hours back, and ends a minute later each time."""
    moments = (first + timedelta(minutes=number) for number in range(ROUNDS + WARM_UP))
    return lambda: client.get(path(PANEL, next(moments), hours=hours))
