"""States over time: what each value is called, how bad it is, and from when to when it held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from dashboards.panels.cell_grid import Cells
from dashboards.panels.colours import NAMED
from dashboards.panels.mappings import Mappings, mapped
from dashboards.panels.overrides import StateRowOverride
from dashboards.panels.parts import Threshold, ThresholdMode, Thresholds
from dashboards.panels.thresholds import SHAPES, level_of, tone_of
from dashboards.panels.units import as_float, format_number

UNKNOWN_SHAPE = "diamond"
_HEIGHTS = {"good": 0.5, "warning": 0.7, "critical": 0.9}  # of a row: the worse, the taller, for who cannot see the colour
PLAIN_HEIGHT = 0.7


class Look(Protocol):
    """What a document says of its states."""

    unit: str
    decimals: int | None
    mappings: Mappings
    thresholds: Thresholds
    threshold_mode: ThresholdMode
    hold: bool
    overrides: list[StateRowOverride]

    def model_copy(self, *, update: Mapping[str, Any]) -> Self: ...


@dataclass(frozen=True, slots=True)
class State:
    """What a value is. `color` is empty where nothing says how good it is: then the palette tells states apart."""

    name: str
    color: str = ""
    shape: str = ""
    height: float = PLAIN_HEIGHT


@dataclass(frozen=True, slots=True)
class Run:
    """A state that held from one moment up to another, in epoch seconds; `value` as the query gave it."""

    row: int
    start: float
    stop: float
    value: Any
    state: State

    @property
    def seconds(self) -> float:
        return self.stop - self.start


def state_of(value: Any, display: Look, thresholds: Sequence[Threshold]) -> State:
    """By the first mapping that fits, else by the thresholds; what a document with mappings does not map is unknown."""
    called = mapped(display.mappings, value) if display.mappings else None
    number = as_float(value)
    written = str(format_number(number, display.unit, display.decimals)) if number is not None else str(value)
    if called is not None:
        name = called.text if called.text is not None else written
        tone = tone_of(called.colour) if called.colour else None
        return State(name, called.colour, SHAPES[tone] if tone else "", _HEIGHTS.get(tone or "", PLAIN_HEIGHT))
    if thresholds and number is not None:
        level = level_of(number, thresholds)
        return State(level.status, level.colour, level.shape, _HEIGHTS[level.tone])
    return State(written, NAMED["unknown"], UNKNOWN_SHAPE) if display.mappings else State(written)


def runs_of(cells: Cells, values: Sequence[Any], states: Sequence[Sequence[State]], *, stop: float) -> list[Run]:
    """Cells of one value beside each other are one run. A cell holds the place of its value among `values`, NaN none.

    `states` are what the values are in each row.
    """
    found = []
    for row, places in enumerate(cells.values):
        for first, last in _stretches(places):
            at = int(places[first])
            end = min(cells.start + cells.step * (last + 1), max(stop, cells.start + cells.step * last))
            found.append(Run(row, cells.start + cells.step * first, end, values[at], states[row][at]))
    return [run for run in found if run.seconds > 0]


def held(cells: Cells, *, until: float) -> Cells:
    """Each state goes on until the next one, the last as far as `until`."""
    columns = max(cells.values.shape[1], int(np.ceil((until - cells.start) / cells.step))) if cells.labels else 0
    values = np.full((len(cells.labels), columns), np.nan)
    values[:, : cells.values.shape[1]] = cells.values
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(columns)), axis=1)
    filled = np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=1), np.nan)
    return Cells(cells.labels, cells.start, cells.step, filled)


def _stretches(places: Any) -> Iterable[tuple[int, int]]:
    """The first and the last column of each stretch of one state."""
    known = np.where(np.isnan(places), -1, places)
    edges = np.flatnonzero(np.diff(known)) + 1
    starts = [0, *edges.tolist()] if len(known) else []
    stops = [*edges.tolist(), len(known)]
    return [(first, stop - 1) for first, stop in zip(starts, stops, strict=False) if known[first] >= 0]
