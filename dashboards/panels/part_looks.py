"""How each series of bars and each slice of a pie is called and painted: as it is, or as an override says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.panels.anchors import Anchor, Origin, href_of
from dashboards.panels.base import Ask
from dashboards.panels.colours import hex_of
from dashboards.panels.figures import colour_places
from dashboards.panels.interpolation import titled
from dashboards.panels.key import Paint
from dashboards.panels.links import Link
from dashboards.panels.overrides import ONLY_QUERY, PaintedOverride, changes


@dataclass(frozen=True, slots=True)
class Part:
    """`label` in the data, of the query of that letter; `name` as it is shown; `colour` is empty where the palette gives it."""

    label: str
    name: str
    colour: str = ""
    order: int = 0
    link: Link | None = None
    query: str = ONLY_QUERY

    @property
    def origin(self) -> tuple[str, str]:
        """What tells it from others in the data."""
        return self.label, self.query

    def anchor(self, ask: Ask, value: float, text: str, cells: Mapping[str, Any]) -> Anchor | None:
        """Where its link leads from a value, which is written `text`; `cells` are what its rows say alike, by column."""
        if self.link is None:
            return None
        fields = {**cells, "label": self.label, "value": value}
        href = href_of(self.link, ask, Origin(fields, value, text, series=self.label, labels=cells))
        return Anchor(titled(self.link.title, ask) or f"More about {self.name}", href, self.link.new_tab) if href else None


def parts_of(labels: Iterable[tuple[str, str]], overrides: Sequence[PaintedOverride], colours: Mapping[str, str]) -> list[Part]:
    """Those that are shown, in their order; of each its label and its query's letter are given."""
    found = []
    for label, query in labels:
        changed = changes(overrides, label, query)
        if not changed.pop("hidden", False):
            own = changed.pop("color", None) or colours.get(label)
            found.append(Part(label, changed.pop("name", label), hex_of(own) if own else "", query=query, **changed))
    return sorted(found, key=lambda part: part.order)


def painted(parts: Sequence[Part]) -> Paint:
    """By the names that are shown; who is called otherwise keeps its colour."""
    places = colour_places([part.label for part in parts])
    return Paint({part.name: places[part.label] for part in parts}, {part.name: part.colour for part in parts if part.colour})
