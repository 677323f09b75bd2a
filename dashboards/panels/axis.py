"""The value axis: one prefix for the whole chart, so that ticks stand at round numbers of what people read."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.panels.durations import UNITS as DURATIONS
from dashboards.panels.known_units import duration_of, unit_of
from dashboards.panels.units import LARGEST_EXACT, step_of
from datasources.frame import Doubles

# From so many seconds on, the length of time that ticks count: years from two of them on.
_DURATION_STEPS = ((63_072_000.0, 31_536_000.0, "y"), (86_400.0, 86_400.0, "d"), (3_600.0, 3_600.0, "h"), (60.0, 60.0, "min"),
                   (1.0, 1.0, "s"), (1e-3, 1e-3, "ms"), (1e-6, 1e-6, "µs"), (1e-9, 1e-9, "ns"))  # fmt: skip
LEAST_WITH_DECIMALS = 0.1  # of a chart whose values are all less, a unit's usual decimals would show nothing
RESOLUTION = 1_000  # steps of a series' reach that a screen can show


@dataclass(frozen=True, slots=True)
class Scale:
    """Values are divided by `size` before they are drawn; `before` and `after` stand around the numbers.

    `decimals` are the unit's own, as money has two. `has_prefix`: the numbers count thousands, minutes or the like.
    """

    size: float = 1.0
    before: str = ""
    after: str = ""
    has_prefix: bool = False
    decimals: int | None = None

    def read_decimals(self, asked: int | None) -> int | None:
        """The decimals that a person reads of a point; None where four digits are shown, whatever they are."""
        decimals = self.decimals if asked is None else asked
        return max(decimals, 1) if decimals is not None and self.has_prefix else decimals

    def drawn(self, values: Doubles, decimals: int | None = None) -> tuple[NDArray[Any], int]:
        """The values to draw and their decimals: as many as can be seen, and `decimals` at least, which are read in numbers."""
        scaled = values if self.size == 1 else values / self.size
        known = scaled[~np.isnan(scaled)]
        digits = _decimals(known) if decimals is None else max(_decimals(known), decimals)
        with np.errstate(over="ignore"):
            rounded = np.round(scaled, digits)
        rounded = np.where(np.isinf(rounded), scaled, rounded)  # the largest doubles cannot be rounded
        is_whole = digits <= 0 and len(known) == len(scaled) and bool((np.abs(rounded) < LARGEST_EXACT).all())
        return rounded.astype(np.int64) if is_whole else rounded, max(0, digits)

    def one(self, value: float) -> float:
        return value / self.size


def scale_for(unit: str, largest: float) -> Scale:
    """The scale of a chart whose largest value, without its sign, is `largest`."""
    if duration := duration_of(unit):
        seconds = largest * DURATIONS[duration]
        steps = (step[1:] for step in _DURATION_STEPS if seconds >= step[0])
        length, name = next(steps, (DURATIONS[duration], duration))
        return Scale(length / DURATIONS[duration], "", f" {name}", length != DURATIONS[duration])
    known = unit_of(unit)
    largest *= known.factor
    step = step_of(largest, known)
    behind = step.text + known.after
    after = behind if known.is_close or not behind else f" {behind}"
    is_plain = step.size == 1
    decimals = known.decimals if is_plain and largest >= LEAST_WITH_DECIMALS else None
    return Scale(step.size / known.factor, known.before, after, not is_plain, decimals)


def scale_without_prefix(unit: str) -> Scale:
    """The values as they are, with their unit where it has one sign for all sizes."""
    if duration := duration_of(unit):
        return Scale(1.0, "", f" {duration}")
    known = unit_of(unit)
    behind = known.base.text + known.after
    return Scale(1 / known.factor, known.before, behind if known.is_close or not behind else f" {behind}")


def _decimals(known: Doubles) -> int:
    if not len(known):
        return 0
    low, high = float(known.min()), float(known.max())
    reach = high - low or abs(high)
    if not reach or not math.isfinite(reach):
        return 0
    return min(15, math.ceil(math.log10(RESOLUTION) - math.log10(reach)))  # the quotient of both may be too large
