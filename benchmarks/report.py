"""The table of a run: each figure with its floor and its target, printed, and kept as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.circumstances import circumstances
from paneldash.environment import ROOT

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in `unit`; `floor` what it cannot be better than; `target` the most it may be, or the least where `at_least`.

    A median has a `spread`: the quartiles of its samples.
    """

    group: str
    name: str
    value: float
    unit: str
    floor: float | None = None
    target: float | None = None
    spread: tuple[float, float] | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        is_reached = self.value >= self.target if self.at_least else self.value <= self.target
        return "reached" if is_reached else f"missed by {abs(self.value - self.target):.2f}"

    def line(self) -> str:
        floor = f"{self.floor:10.2f}" if self.floor is not None else " " * 10
        target = f"{self.target:10.2f}" if self.target is not None else " " * 10
        spread = f"{self.spread[0]:.2f}–{self.spread[1]:.2f}" if self.spread is not None else ""
        return f"  {self.name:<52}{floor}{self.value:10.2f}{spread:>16}{target}  {self.unit:<6} {self.verdict}"


class Report:
    """`name` is that of its file."""

    def __init__(self, name: str = "latest") -> None:
        self.file = RESULTS / f"{name}.json"
        self.figures: list[Figure] = []

    def heading(self, title: str) -> None:
        print(f"\n{title}\n  {'':<52}{'floor':>10}{'PanelDash':>10}{'half within':>16}{'target':>10}", flush=True)

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        print(figure.line(), flush=True)

    def save(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        figures = [asdict(figure) | {"verdict": figure.verdict} for figure in self.figures]
        self.file.write_text(json.dumps(circumstances() | {"figures": figures}, indent=1) + "\n")
        missed = [figure.name for figure in self.figures if figure.verdict.startswith("missed")]
        print(f"\n{len(self.figures)} figures are in {self.file.relative_to(ROOT)}. Missed: {', '.join(missed) or 'none'}.")
