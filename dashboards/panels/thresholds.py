"""Which threshold a value has reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dashboards.panels.colours import NAMED
from dashboards.panels.mappings import Mapped
from dashboards.panels.parts import Threshold, ThresholdMode

Tone = Literal["good", "warning", "critical"]
TONES: tuple[Tone, ...] = ("good", "warning", "critical")
SHAPES = {"good": "circle", "warning": "triangle", "critical": "octagon"}
LOW, HIGH = 0.0, 100.0  # the ends that percents are of where nobody says them
_TONES_BY_COLOUR: dict[str, Tone] = {NAMED[tone].lower(): tone for tone in TONES}


@dataclass(frozen=True, slots=True)
class Level:
    """`status` is the threshold's label; `tone` says how bad it is, and `shape` says so where colour cannot."""

    status: str
    colour: str
    tone: Tone

    @property
    def shape(self) -> str:
        return SHAPES[self.tone]


def absolute(thresholds: Sequence[Threshold], mode: ThresholdMode, low: float | None, high: float | None) -> Sequence[Threshold]:
    """A document's thresholds as values: percents of the way from `low` to `high`, where its mode says so."""
    if mode == "absolute" or not thresholds:
        return thresholds
    low = LOW if low is None else low
    high = max(low, HIGH) if high is None else high
    return [one.model_copy(update={"value": low + (high - low) * one.value / 100}) for one in thresholds]


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


def tone_of(colour: str) -> Tone | None:
    """What a hex colour says, where it is one of those that say something."""
    return _TONES_BY_COLOUR.get(colour.lower())


def coloured(level: Level, mapped: Mapped | None) -> Level:
    """The level with the colour that a value mapping gives, which goes before a threshold's."""
    if mapped is None or not mapped.colour:
        return level
    return replace(level, colour=mapped.colour, tone=tone_of(mapped.colour) or level.tone)
