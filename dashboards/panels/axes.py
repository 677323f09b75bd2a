"""A chart's value axes: the left one, and a right one for series that cannot be read on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dashboards.panels.axis import Scale, scale_for, scale_without_prefix
from dashboards.panels.looks import Looks, SeriesLook
from dashboards.panels.mappings import mapped
from datasources.frame import Series


@dataclass(frozen=True, slots=True)
class Axis:
    """`lowest` and `highest` are the ends of its values; `is_filled`: what is drawn on it begins at nought.

    `names` are what all the values on it are called, where all have a name: they stand at its ticks instead of numbers.
    """

    scale: Scale
    lowest: float
    highest: float
    is_filled: bool = False
    is_mixed: bool = False
    names: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Axes:
    left: Axis
    right: Axis | None = None

    def of(self, own: SeriesLook) -> Axis:
        return self.right if own.is_right and self.right is not None else self.left

    def scale_of(self, own: SeriesLook) -> Scale:
        """How a series' values are drawn and read. On an axis of several units, each as it is, with its own unit behind it."""
        axis = self.of(own)
        return scale_without_prefix(own.unit) if axis.is_mixed else axis.scale


def axes_of(all_series: Sequence[Series], looks: Looks, *, stacked: bool) -> Axes:
    right = [series for series in all_series if looks[series.label].is_right]
    if not right:
        return Axes(_axis(all_series, looks, stacked=stacked))
    left = [series for series in all_series if not looks[series.label].is_right]
    return Axes(_axis(left, looks, stacked=stacked), _axis(right, looks, stacked=stacked))


def _axis(all_series: Sequence[Series], looks: Looks, *, stacked: bool) -> Axis:
    own = [looks[series.label] for series in all_series]
    units, styles = {one.unit for one in own}, {one.style for one in own}
    lowest, highest = _reach(all_series, stacked=stacked)
    is_mixed = len(units) > 1
    scale = Scale() if is_mixed or not units else scale_for(next(iter(units)), max(abs(lowest), abs(highest)))
    return Axis(scale, lowest, highest, bool(styles & {"area", "bars"}), is_mixed, _names(all_series, own))


def _names(all_series: Sequence[Series], own: Sequence[SeriesLook]) -> dict[float, str]:
    mappings = own[0].mappings if own else ()
    if not mappings or any(one.mappings != mappings for one in own):
        return {}
    values = np.unique(np.concatenate([series.known() for series in all_series]))
    if len(values) > len(mappings):
        return {}
    names = {value: called.text for value in values.tolist() if (called := mapped(mappings, value)) and called.text is not None}
    return names if len(names) == len(values) else {}


def _reach(all_series: Sequence[Series], *, stacked: bool) -> tuple[float, float]:
    ends = [(float(known.min()), float(known.max())) for series in all_series if len(known := series.known())]
    if not ends:
        return 0.0, 0.0
    lows, highs = zip(*ends, strict=True)
    return min(lows), sum(highs) if stacked else max(highs)
