"""The value axis: one prefix for the whole chart, so that ticks stand at round numbers of what people read."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards.panels.durations import UNITS as DURATIONS
from dashboards.panels.units import step_of, unit_of

_DURATION_STEPS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
RESOLUTION = 10_000  # steps of a series' reach that a screen can show


@dataclass(frozen=True, slots=True)
class Scale:
    """Values are divided by `size` before they are drawn; `before` and `after` stand around the numbers."""

    size: float = 1.0
    before: str = ""
    after: str = ""

    def drawn(self, values: Iterable[float | None]) -> list[float | None]:
        """The values to draw, with as many digits as can be seen: 17 kB instead of 57 for 5,760 points, compressed."""
        scaled = list(values) if self.size == 1 else [None if value is None else value / self.size for value in values]
        if None not in scaled:
            return list(_rounded(scaled, _decimals(scaled)))  # type: ignore[arg-type]
        known = [value for value in scaled if value is not None]
        rounded = iter(_rounded(known, _decimals(known)))
        return [None if value is None else next(rounded) for value in scaled]

    def one(self, value: float) -> float:
        return value / self.size


def scale_for(unit: str, largest: float) -> Scale:
    """The scale of a chart whose largest value, without its sign, is `largest`."""
    if unit in DURATIONS:
        seconds = largest * DURATIONS[unit]
        length, name = next((step for step in _DURATION_STEPS if seconds >= step[0]), (DURATIONS[unit], unit))
        return Scale(length / DURATIONS[unit], "", f" {name}")
    known = unit_of(unit)
    step = step_of(largest, known)
    behind = step.text + known.after
    return Scale(step.size, known.before, behind if known.is_close or not behind else f" {behind}")


def _rounded(values: Sequence[float], decimals: int) -> list[float]:
    """As `round(value, decimals)` but for ties, in a third of its time; whole numbers where there are no decimals."""
    if decimals > 0:
        factor = 10.0**decimals
        return [round(value * factor) / factor for value in values]
    step = 10**-decimals
    return [round(value / step) * step for value in values]


def _decimals(values: Sequence[float]) -> int:
    if not values:
        return 0
    reach = max(values) - min(values) or max(abs(value) for value in values)
    return min(15, math.ceil(math.log10(RESOLUTION / reach))) if reach and math.isfinite(reach) else 0
