"""How each series of a chart looks: as the panel says, and where an override says otherwise, as that does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboards.panels.colours import hex_of
from dashboards.panels.links import Link
from dashboards.panels.mappings import Mapping as ValueMapping
from dashboards.panels.overrides import ONLY_QUERY, SeriesOverride, Style, changes
from datasources.frame import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLook:
    """A series' `name` as it is shown, and all that is drawn of it; `colour` is empty where the palette gives it.

    `width` is the line's, in pixels; `dash` None where the palette says, `is_right` of the axis it stands on.
    """

    name: str
    unit: str = ""
    decimals: int | None = None
    colour: str = ""
    style: Style = "lines"
    dash: str | None = None
    width: float = 1.5
    is_right: bool = False
    mappings: Sequence[ValueMapping] = ()
    link: Link | None = None

    def called(self, name: str, colour: str) -> "SeriesLook":
        """The same for one series; replace() takes three times as long."""
        return SeriesLook(
            name=name,
            unit=self.unit,
            decimals=self.decimals,
            colour=colour,
            style=self.style,
            mappings=self.mappings,
            link=self.link,
        )


Looks = Mapping[str, SeriesLook]


def looks_of(
    all_series: Sequence[Series],
    usual: SeriesLook,
    *,
    colours: Mapping[str, str],
    overrides: Sequence[SeriesOverride] = (),
) -> tuple[Sequence[Series], dict[str, SeriesLook]]:
    """The series that are shown, in their order, and the look of each by its label.

    Beside others, a unit that is not the panel's stands on the right axis, unless the override says which.
    """
    if not overrides:
        return all_series, {one.label: usual.called(one.label, _own(colours, one.label)) for one in all_series}
    looks: dict[str, SeriesLook] = {}
    shown: list[tuple[int, Series]] = []
    for one in all_series:
        changed = changes(overrides, one.label, one.query or ONLY_QUERY)
        if not changed.pop("hidden", False):
            shown.append((changed.pop("order", 0), one))
            looks[one.label] = _changed(usual, one.label, _own(colours, one.label), changed)
    shown.sort(key=lambda place: place[0])
    return [one for _, one in shown], _with_a_left_axis(looks)


def _changed(usual: SeriesLook, label: str, colour: str, changed: dict[str, Any]) -> SeriesLook:
    axis, own = changed.pop("axis", None), changed.pop("color", None)
    is_right = axis == "right" if axis else changed.get("unit", usual.unit) != usual.unit
    return replace(usual, **{"name": label, **changed, "colour": hex_of(own) if own else colour, "is_right": is_right})


def _with_a_left_axis(looks: dict[str, SeriesLook]) -> dict[str, SeriesLook]:
    """Where nothing is left on the left, all of it stands there."""
    if not all(one.is_right for one in looks.values()):
        return looks
    return {label: replace(one, is_right=False) for label, one in looks.items()}


def _own(colours: Mapping[str, str], label: str) -> str:
    return hex_of(colours[label]) if label in colours else ""
