"""The course of a number as a small drawing: a path for SVG, without a scale."""

import math
from dataclasses import dataclass

from dashboards.panels.units import format_number
from datasources.frame import Series

COURSE_POINTS = 60
WIDTH, HEIGHT, MARGIN = 240, 40, 2


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`line` is path data in a box of WIDTH × HEIGHT, broken where values are missing, a dot where one stands alone;
    `summary` says it in words.
    """

    line: str
    summary: str


def sparkline(series: Series, unit: str, decimals: int | None) -> Sparkline | None:
    """The drawing; None for fewer than two values."""
    known = series.known()
    if len(known) < 2:
        return None
    low, high = float(known.min()), float(known.max())
    times = series.times.tolist()
    start, width = times[0], times[-1] - times[0] or 1.0
    height = HEIGHT - 2 * MARGIN
    pieces, pen = [], "M"
    values = series.values.tolist()
    for time, value, following in zip(times, values, [*values[1:], math.nan], strict=True):
        if math.isnan(value):
            pen = "M"
            continue
        across = (time - start) / width * WIDTH
        down = MARGIN + (height / 2 if high == low else (1 - (value - low) / (high - low)) * height)
        dot = "h0" if pen == "M" and math.isnan(following) else ""  # with round ends it is one
        pieces.append(f"{pen}{across:.1f} {down:.1f}{dot}")
        pen = "L"
    lowest, highest = (format_number(end, unit, decimals) for end in (low, high))
    return Sparkline("".join(pieces), f"Between {lowest} and {highest} over the time range")
