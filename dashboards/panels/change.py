"""How a number changed against the one before, in words."""

from dataclasses import dataclass
from typing import Literal

from dashboards.panels.known_units import unit_of
from dashboards.panels.units import format_number


@dataclass(frozen=True, slots=True)
class Change:
    text: str
    direction: Literal["up", "down", "flat"]


def change_between(before: float | None, now: float | None, unit: str, decimals: int | None) -> Change | None:
    """The difference, and how much of the earlier value it is: `+1.2 GB (+4.5 %)`. None where a value is missing.

    Of percentages the difference is in points, for which a second percentage would only confuse.
    """
    if before is None or now is None:
        return None
    difference = now - before
    if not difference:
        return Change("no change", "flat")
    sign = "+" if difference > 0 else "-"
    size = format_number(abs(difference), unit, decimals)
    if unit_of(unit).after == "%":
        text = f"{sign}{size.number} points"
    else:
        text = f"{sign}{size}"
        text += f" ({sign}{format_number(abs(difference / before) * 100, 'percent', 1)})" if before else ""
    return Change(text, "up" if difference > 0 else "down")
