"""Thresholds on a chart: a dashed line at each, a faint band up to the next, a label at the right edge."""

import html
from collections.abc import Sequence
from typing import Any

from dashboards.panels.axis import Scale
from dashboards.panels.parts import Threshold

_ACROSS = {"xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
BAND_OPACITY = 0.07
MARGIN = {"l": 8, "r": 8, "b": 8, "pad": 0}
_TURNED = {"xref": "yref", "x0": "y0", "x1": "y1", "y0": "x0", "y1": "x1"}


def threshold_marks(thresholds: Sequence[Threshold], scale: Scale, *, lowest: float, highest: float) -> dict[str, Any]:
    """`shapes` and `annotations`. A threshold out of sight is left out: Plotly would squeeze the data to show it.

    Out of sight is what lies further from the data than the data reach themselves.
    """
    reach = max(highest - lowest, abs(highest), abs(lowest))
    ordered = sorted(thresholds, key=lambda threshold: threshold.value)
    near = [one for one in ordered if lowest - reach <= one.value <= highest + reach]
    if not near:
        return {}
    tops = [*(one.value for one in near[1:]), max(highest, near[-1].value)]
    bands = [_band(one, top, scale) for one, top in zip(near, tops, strict=True) if top > one.value]
    return {
        "shapes": [*bands, *(_line(one, scale) for one in near)],
        "annotations": [_label(one, scale) for one in near if one.label],
    }


def above(marks: dict[str, Any]) -> dict[str, Any]:
    """The same marks with their lines over what is drawn: bars would hide them."""
    shapes = [{**shape, "layer": "above"} if shape["type"] == "line" else shape for shape in marks.get("shapes", ())]
    return {**marks, "shapes": shapes} if marks else {}


def turned(marks: dict[str, Any]) -> dict[str, Any]:
    """The same marks for values that lie along x; their labels stand above the chart, which leaves them a line."""
    shapes = [{_TURNED.get(name, name): value for name, value in shape.items()} for shape in marks.get("shapes", ())]
    labels = [
        {**label, "xref": "x", "x": label["y"], "yref": "paper", "y": 1, "yanchor": "bottom"}
        for label in marks.get("annotations", ())
    ]
    return {"shapes": shapes, "annotations": labels, "margin": {**MARGIN, "t": 20 if labels else 8}} if marks else {}


def _band(threshold: Threshold, top: float, scale: Scale) -> dict[str, Any]:
    ends = {"y0": scale.one(threshold.value), "y1": scale.one(top)}
    return {"type": "rect", **_ACROSS, **ends, "fillcolor": threshold.hex, "opacity": BAND_OPACITY, "line": {"width": 0}}


def _line(threshold: Threshold, scale: Scale) -> dict[str, Any]:
    place = scale.one(threshold.value)
    return {"type": "line", **_ACROSS, "y0": place, "y1": place, "line": {"color": threshold.hex, "width": 1, "dash": "dash"}}


def _label(threshold: Threshold, scale: Scale) -> dict[str, Any]:
    """At the left: the newest values stand at the right."""
    place = {"xref": "paper", "x": 0, "xanchor": "left", "y": scale.one(threshold.value), "yanchor": "bottom"}
    return {**place, "text": html.escape(threshold.label, quote=False), "showarrow": False, "font": {"size": 10}}
