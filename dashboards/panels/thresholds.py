"""Which threshold a value has reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboards.panels.colours import NAMED
from dashboards.panels.parts import Threshold

Tone = Literal["good", "warning", "critical"]
TONES: tuple[Tone, ...] = ("good", "warning", "critical")
SHAPES = {"good": "circle", "warning": "triangle", "critical": "octagon"}


@dataclass(frozen=True, slots=True)
class Level:
    """`status` is the threshold's label; `tone` says how bad it is, and `shape` says so where colour cannot."""

    status: str
    colour: str
    tone: Tone

    @property
    def shape(self) -> str:
        return SHAPES[self.tone]


def level_of(value: float | None, thresholds: Sequence[Threshold]) -> Level:
    """CONTRACT.md: the highest threshold at or below the value wins; none, or no value: good, #10B981.

    A label that is a tone's name is that tone. Else the first threshold is a warning, and those after it critical; one
    without a label is called so.
    """
    ordered = sorted(thresholds, key=lambda threshold: threshold.value)
    reached = [one for one in ordered if value is not None and one.value <= value]
    if not reached:
        return Level("good", NAMED["good"], "good")
    found = reached[-1]
    tone = next((tone for tone in TONES if tone == found.label.lower()), TONES[min(len(reached), 2)])
    return Level(found.label or tone, found.hex, tone)
