"""A gauge's dial as paths for SVG: an arc from the least value to the greatest, with what stands on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.panels.parts import Threshold

WIDTH, HEIGHT = 200, 142
CENTRE = (100.0, 98.0)
RADIUS, RING, NEEDLE = 78.0, 92.0, 70.0
START, SWEEP = 200.0, 220.0  # degrees, counted against the clock from the right


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the ring in a threshold's colour."""

    path: str
    colour: str


def share(value: float, low: float, high: float) -> float:
    """Where a value stands between the ends, from 0 to 1; beyond them at the nearer one."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def arc(begin: float, end: float, radius: float = RADIUS) -> str:
    """A path along the dial between two shares of it."""
    is_large = int((end - begin) * SWEEP > 180)
    (left, top), (right, bottom) = _point(begin, radius), _point(end, radius)
    return f"M{left:.2f} {top:.2f}A{radius:g} {radius:g} 0 {is_large} 1 {right:.2f} {bottom:.2f}"


def needle(at: float) -> str:
    """A slim triangle from the centre to a share of the dial."""
    angle = math.radians(START - SWEEP * at)
    across, up = math.sin(angle) * 3.5, math.cos(angle) * 3.5
    x, y = CENTRE
    tip_x, tip_y = _point(at, NEEDLE)
    return f"M{x - across:.2f} {y - up:.2f}L{tip_x:.2f} {tip_y:.2f}L{x + across:.2f} {y + up:.2f}Z"


def bands(thresholds: Sequence[Threshold], low: float, high: float) -> list[Band]:
    """From each threshold up to the next, as far as the dial goes."""
    ordered = sorted(thresholds, key=lambda threshold: threshold.value)
    tops = [*(one.value for one in ordered), math.inf][1:]
    spans = [
        (share(one.value, low, high), share(top, low, high), one.hex) for one, top in zip(ordered, tops, strict=True) if top > low
    ]
    return [Band(arc(begin, end, RING), colour) for begin, end, colour in spans if end > begin]


def _point(at: float, radius: float) -> tuple[float, float]:
    angle = math.radians(START - SWEEP * at)
    return CENTRE[0] + radius * math.cos(angle), CENTRE[1] - radius * math.sin(angle)
