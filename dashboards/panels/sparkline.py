"""The course of a number as a small drawing: a path for SVG, without a scale."""

from dataclasses import dataclass

from dashboards.panels.series import Series
from dashboards.panels.units import format_number

COURSE_POINTS = 60
WIDTH, HEIGHT, MARGIN = 240, 40, 2


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`line` is path data in a box of WIDTH × HEIGHT, broken where values are missing; `summary` says it in words."""

    line: str
    summary: str


def sparkline(series: Series, unit: str, decimals: int | None) -> Sparkline | None:
    """The drawing; None for fewer than two values."""
    known = series.known()
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    start, width = series.times[0], series.times[-1] - series.times[0] or 1.0
    height = HEIGHT - 2 * MARGIN
    pieces, pen = [], "M"
    for time, value in zip(series.times, series.values, strict=True):
        if value is None:
            pen = "M"
            continue
        across = (time - start) / width * WIDTH
        down = MARGIN + (height / 2 if high == low else (1 - (value - low) / (high - low)) * height)
        pieces.append(f"{pen}{across:.1f} {down:.1f}")
        pen = "L"
    lowest, highest = (format_number(end, unit, decimals) for end in (low, high))
    return Sparkline("".join(pieces), f"Between {lowest} and {highest} over the time range")
