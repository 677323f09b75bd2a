"""The key of a chart: what each colour is, with its numbers; and the chart in words and as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.panels.anchors import Anchor
from dashboards.panels.colours import PALETTE, hex_of
from dashboards.panels.figures import colour_places, escaped

TWIN_ROWS = 200
SHORTEST = 40


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`name` is as the figure has it; `number` in the palette, or a `color` of the document's own; a `shape` besides a colour
    that says how good something is. `numbers` are written for people.
    """

    label: str
    name: str
    number: int = 0
    color: str = ""
    numbers: tuple[str, ...] = ()
    shape: str = ""
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Paint:
    """The colour of each label: the document's own, else its place in the palette."""

    places: Mapping[str, int]
    own: Mapping[str, str]

    def row(self, label: str, *numbers: str, anchor: Anchor | None = None) -> KeyRow:
        return KeyRow(label, escaped(label), self.places[label] % len(PALETTE), self.color(label), numbers, anchor=anchor)

    def color(self, label: str) -> str:
        return hex_of(self.own[label]) if label in self.own else ""

    def trace(self, label: str) -> dict[str, Any]:
        """What a trace has to be painted: by the browser, for the theme, unless the document says how."""
        color = self.color(label)
        return {"marker": {"color": color}} if color else {"meta": {"series": self.places[label] % len(PALETTE)}}


def paint(labels: Iterable[str], own: Mapping[str, str]) -> Paint:
    return Paint(colour_places(list(labels)), own)


def in_words(title: str, what: str, said: Sequence[str], count: int) -> str:
    """The chart for those who do not see it: “Orders, 8 slices. FR 12 (40 %); …; and 2 more.”, the first few of `count`."""
    if not count:
        return f"{title}: no data."
    more = f"; and {count - len(said):,} more" if count > len(said) else ""
    return f"{title}, {count:,} {what}. {'; '.join(said)}{more}."


def as_table(heading: str, labels: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Any]:
    """The chart's twin: `labels` are the headings beside the first, `rows` each a head and its values."""
    shown = [{"time": head, "values": list(values)} for head, values in rows[:TWIN_ROWS]]
    caption = f"The first {TWIN_ROWS} of {len(rows):,}" if len(rows) > TWIN_ROWS else f"{len(rows):,} in all"
    return {"heading": heading, "labels": list(labels), "rows": shown, "caption": caption}


def shortened(labels: Sequence[str]) -> list[str]:
    """Labels as an axis has room for them, no two alike."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        text = escaped(label if len(label) <= SHORTEST else f"{label[: SHORTEST - 1]}…")
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found
