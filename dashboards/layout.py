"""How a dashboard's panels lie on its page: one under the other, and in groups under the headings among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboards.models import Panel, Placement
from dashboards.panels import PANEL_TYPES
from dashboards.panels.base import Ask
from dashboards.read import read_panel
from dashboards.section import Section
from dashboards.unavailable import PanelUnavailable


@dataclass(slots=True)
class Cell:
    """A panel's place on the page; `row` is counted from the top of its group."""

    placement: Placement
    panel: Panel | None
    row: int
    is_below_heading: bool = False
    section: Section | None = None

    @property
    def is_heading(self) -> bool:
        return self.panel is not None and is_heading(self.panel)


@dataclass(slots=True)
class Group:
    """A heading with the panels below it, as far as the next one; the first group may have none."""

    heading: Cell | None = None
    cells: list[Cell] = field(default_factory=list)

    @property
    def all_cells(self) -> list[Cell]:
        return [self.heading, *self.cells] if self.heading is not None else self.cells

    @property
    def template(self) -> str:
        return PANEL_TYPES[self._panel.panel_type].template

    @property
    def context(self) -> dict[str, Any]:
        """What the heading's template shows; nothing of one whose document is damaged."""
        try:
            read = read_panel(self._panel)
        except PanelUnavailable:
            return {}
        return read.kind.context(read.document, {}, Ask())

    @property
    def _panel(self) -> Panel:
        assert self.heading is not None and self.heading.panel is not None  # noqa: PT018 - the template asks first
        return self.heading.panel


def lay_out(places: Iterable[Placement], panels: Mapping[str, Panel]) -> list[Group]:
    """The groups of a dashboard, its places in the order of row and column."""
    groups = [Group()]
    top = 0
    for place in places:
        cell = Cell(place, panels.get(place.panel_slug), max(0, place.row - top), groups[-1].heading is not None)
        if cell.is_heading:
            groups.append(Group(cell))
            top = place.row + place.height
        else:
            groups[-1].cells.append(cell)
    return [group for group in groups if group.all_cells]


def is_heading(panel: Panel) -> bool:
    """Whether it heads what stands below it."""
    return panel.panel_type in PANEL_TYPES and PANEL_TYPES[panel.panel_type].is_heading


def is_chart(panel: Panel) -> bool:
    """Whether it needs the script that draws charts."""
    return panel.panel_type in PANEL_TYPES and PANEL_TYPES[panel.panel_type].is_chart
