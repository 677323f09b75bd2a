"""How fine a panel asks: from a time range and the panel's width to an interval, a step, and how they are written.

The arithmetic is Grafana's, so that a query brought from there asks for the same. All in milliseconds.
"""

from bisect import bisect_right
from dataclasses import dataclass

SQL_LEAST_MS = 60_000  # Grafana's least interval for PostgreSQL
SCRAPE_MS = 15_000  # Prometheus asks its targets so often where nobody says otherwise
MOST_STEPS = 11_000  # Prometheus answers no more points a series
WIDEST = 12
_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_YEAR = 365 * _DAY
_WIDTHS = ((3, 300), (6, 600), (9, 1_000), (WIDEST, 1_500))

# Below each limit, the interval that is taken.
_ROUNDED = (
    *((10, 1), (15, 10), (35, 20), (75, 50), (150, 100), (350, 200), (750, 500)),
    *((1_500, _SECOND), (3_500, 2_000), (7_500, 5_000), (12_500, 10_000), (17_500, 15_000), (25_000, 20_000), (45_000, 30_000)),
    *((90_000, _MINUTE), (210_000, 2 * _MINUTE), (450_000, 5 * _MINUTE), (750_000, 10 * _MINUTE), (1_050_000, 15 * _MINUTE)),
    *((1_500_000, 20 * _MINUTE), (2_700_000, 30 * _MINUTE)),
    *((5_400_000, _HOUR), (9_000_000, 2 * _HOUR), (16_200_000, 3 * _HOUR), (32_400_000, 6 * _HOUR), (_DAY, 12 * _HOUR)),
    *((7 * _DAY, _DAY), (21 * _DAY, 7 * _DAY), (42 * _DAY, 30 * _DAY)),
)
_LIMITS = tuple(limit for limit, _ in _ROUNDED)


@dataclass(frozen=True, slots=True)
class Intervals:
    """What PromQL's `$__interval` (the step), `$__rate_interval` and `$__range` are."""

    step_ms: int
    rate_interval_ms: int
    range_ms: int

    @property
    def interval(self) -> str:
        return written(self.step_ms)

    @property
    def rate_interval(self) -> str:
        return written_whole(self.rate_interval_ms)

    @property
    def range(self) -> str:
        return f"{seconds(self.range_ms)}s"


def points_of_width(columns: int) -> int:
    """How many points are asked for a panel so many of the grid's columns wide: of few sizes, so that viewers share results."""
    return next(points for widest, points in _WIDTHS if columns <= widest or widest == WIDEST)


def rounded_ms(interval_ms: float) -> int:
    """An interval people count in: 1, 2, 5, 10, 15, 20, 30 seconds or minutes, 1, 2, 3, 6, 12 hours, a day, week, month, year."""
    place = bisect_right(_LIMITS, interval_ms)
    return _ROUNDED[place][1] if place < len(_ROUNDED) else _YEAR


def interval_ms(range_ms: float, max_points: int, *, least_ms: int = SQL_LEAST_MS) -> int:
    """`$__interval` of a range of which at most about `max_points` are drawn."""
    return max(rounded_ms(range_ms / max_points), least_ms)


def prom_intervals(range_ms: int, max_points: int, *, scrape_ms: int = SCRAPE_MS, min_step_ms: int | None = None) -> Intervals:
    """For Prometheus: `scrape_ms` is how often it asks its targets, `min_step_ms` a panel's own least step."""
    least = interval_ms(range_ms, max_points, least_ms=scrape_ms)
    finest = range_ms / max_points
    smallest = least if min_step_ms is None else min_step_ms
    step = max(smallest if finest < smallest else rounded_ms(finest), rounded_ms(range_ms / MOST_STEPS))
    scrape = scrape_ms if min_step_ms is None else min_step_ms
    return Intervals(step, max(least + scrape, 4 * scrape), range_ms)


def written(interval_ms: int) -> str:
    """In one unit, rounded down to it: `1m`, of 36 hours `1d`."""
    units = ((_YEAR, "y"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"), (_SECOND, "s"))
    return next((f"{interval_ms // size}{unit}" for size, unit in units if interval_ms >= size), f"{interval_ms}ms")


def written_whole(interval_ms: int) -> str:
    """To the millisecond, as Go writes a duration: `1m15s`, `24h0m15s`."""
    if interval_ms < _SECOND:
        return f"{interval_ms}ms"
    minutes, rest = divmod(interval_ms, _MINUTE)
    hours, minutes = divmod(minutes, 60)
    text = f"{rest / _SECOND:g}s" if rest % _SECOND else f"{rest // _SECOND}s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text


def seconds(length_ms: int) -> int:
    """Rounded to whole seconds, halves up."""
    return (length_ms + 500) // 1_000
