"""Bars as a figure: a trace a series, standing or lying."""

from typing import Any, Literal, Protocol

from dashboards.panels.axis import Scale, scale_for
from dashboards.panels.crosstab import Crosstab
from dashboards.panels.figures import ends, escaped
from dashboards.panels.key import Paint, shortened
from dashboards.panels.mappings import Mappings, mapped
from dashboards.panels.marks import above, threshold_marks, turned
from dashboards.panels.parts import ThresholdMode, Thresholds
from dashboards.panels.thresholds import absolute
from dashboards.panels.units import as_float, format_number


class Look(Protocol):
    """What a document says of its bars."""

    unit: str
    decimals: int | None
    mappings: Mappings
    thresholds: Thresholds
    threshold_mode: ThresholdMode
    min: float | None
    max: float | None
    orientation: Literal["vertical", "horizontal"]
    mode: Literal["grouped", "stacked"]


def draw(found: Crosstab, look: Look, painted: Paint) -> dict[str, Any]:
    is_lying, is_stacked = look.orientation == "horizontal", look.mode == "stacked"
    lowest, highest = found.ends(stacked=is_stacked)
    scale = scale_for(look.unit, max(abs(lowest), abs(highest)))
    names = shortened(found.categories)
    traces = [_trace(found, at, names, look, painted, scale) for at in range(len(found.series))]
    thresholds = absolute(look.thresholds, look.threshold_mode, look.min, look.max)
    marks = above(threshold_marks(thresholds, scale, lowest=lowest, highest=max(highest, look.max or highest)))
    values, category = _value_axis(look, scale), {"type": "category"}
    # The first category of lying bars stands at the top, as in a table.
    axes = {"xaxis": values, "yaxis": {**category, "autorange": "reversed"}} if is_lying else {"xaxis": category, "yaxis": values}
    hover = "closest" if len(found.series) == 1 else "y unified" if is_lying else "x unified"
    layout = {"barmode": "stack" if is_stacked else "group", "hovermode": hover, **(turned(marks) if is_lying else marks)}
    return {"data": traces, "layout": {**axes, **layout}}


def said(value: float | None, look: Look) -> str:
    """A number as people read it, or what a mapping calls it."""
    called = mapped(look.mappings, value) if look.mappings else None
    if called is not None and called.text is not None:
        return called.text
    return str(format_number(as_float(value), look.unit, look.decimals))


def _trace(found: Crosstab, at: int, names: list[str], look: Look, painted: Paint, scale: Scale) -> dict[str, Any]:
    """Where a mapping has colours, each bar of the only series has its own; `meta.colours` is empty where it has none."""
    label, values = found.series[at], found.values[at]
    drawn, decimals = scale.drawn(values, look.decimals)
    is_lying, is_alone = look.orientation == "horizontal", len(found.series) == 1
    along, across = ("y", "x") if is_lying else ("x", "y")
    own = painted.trace(label)
    meta = {**own.get("meta", {}), "decimals": decimals}
    if is_alone and any(colours := [_colour(value, look) for value in values.tolist()]):
        meta["colours"] = colours
    read = f"%{{{across}:{_format(look)}}}"
    value = "%{text}" if look.mappings else f"{escaped(scale.before)}{read}{escaped(scale.after)}"
    texts = [escaped(said(value, look)) for value in values.tolist()] if look.mappings else None
    return {
        "type": "bar",
        "orientation": "h" if is_lying else "v",
        "name": escaped(label),
        along: names,
        across: drawn,
        **own,
        "meta": meta,
        **({"text": texts, "textposition": "none"} if texts else {}),
        "hovertemplate": f"%{{{along}}}: {value}<extra></extra>" if is_alone else value,
    }


def _colour(value: float, look: Look) -> str:
    called = mapped(look.mappings, value) if look.mappings else None
    return called.colour if called is not None else ""


def _format(look: Look) -> str:
    return ",.4~r" if look.decimals is None else f",.{look.decimals}f"


def _value_axis(look: Look, scale: Scale) -> dict[str, Any]:
    axis: dict[str, Any] = {"type": "linear", "tickprefix": escaped(scale.before), "ticksuffix": escaped(scale.after)}
    if look.min is None and look.max is None:
        return {**axis, "rangemode": "tozero"}
    return {**axis, "rangemode": "tozero", **ends(look.min, look.max, scale)}
