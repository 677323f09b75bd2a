"""Plotly figures as plain dicts with arrays: what is drawn. The theme's colours and fonts are put on in the browser."""

import html
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.panels.axes import Axes, Axis, axes_of
from dashboards.panels.axis import Scale
from dashboards.panels.colours import PALETTE
from dashboards.panels.grid import Grid, broken, find_grid, thinned
from dashboards.panels.looks import Looks, SeriesLook
from dashboards.panels.marks import threshold_marks
from dashboards.panels.moments import is_steady, wall_clock, wall_clocks
from dashboards.panels.parts import Threshold, ThresholdMode
from dashboards.panels.thresholds import absolute
from datasources.frame import Doubles, Series
from datasources.timerange import UTC_ZONE, TimeRange

MOST_POINTS = 15_000  # more make SVG slow to draw (docs/performance.md)
MARKER = 4  # pixels
DASHES = ("solid", "dash", "dot", "dashdot")  # beyond the palette's end, series of one colour differ in these
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a chart is drawn. `step` is the bucket's width in seconds; `series` are the looks of the series, by label.

    Thresholds in percent are of the way from `low` to `high`, or from the lowest value to the highest.
    """

    series: Looks
    stacked: bool = False
    low: float | None = None
    high: float | None = None
    thresholds: Sequence[Threshold] = ()
    threshold_mode: ThresholdMode = "absolute"
    zone: ZoneInfo = UTC_ZONE
    step: float | None = None


def draw(all_series: Sequence[Series], look: Look, time_range: TimeRange) -> dict[str, Any]:
    """The figure: `data` and `layout`. Its times are wall-clock times of `look.zone`."""
    axes = axes_of(all_series, look.series, stacked=look.stacked)
    is_thinned = sum(len(series.times) for series in all_series) > MOST_POINTS
    grid = None if is_thinned else _steady(find_grid(all_series, look.step), look.zone)
    places = colour_places([series.label for series in all_series])
    most = max(200, MOST_POINTS // max(1, len(all_series))) if is_thinned else MOST_POINTS
    traces = []
    for series in all_series:
        own = look.series[series.label]
        scale = axes.scale_of(own)
        points = _on_grid(series, grid, look, own, scale) if grid else _where_they_are(series, look, own, scale, most)
        read = "%{y}" if axes.of(own).names else _hover(own, scale)
        traces.append({**_trace(points, places[series.label], look, own), "hovertemplate": read})
    return {"data": traces, "layout": _layout(axes, look, time_range)}


def colour_places(labels: Sequence[str]) -> Mapping[str, int]:
    """A place for each label, its colour's in the palette: by the label's own hash, the next free one if that is taken.

    So a series keeps its colour when others come and go. Places beyond the palette's end are the colour's second use.
    """
    return _places(tuple(labels))


@lru_cache(maxsize=256)  # the legend asks for the same as the figure, and the next refresh too
def _places(labels: tuple[str, ...]) -> Mapping[str, int]:
    size, used, places = len(PALETTE), Counter[int](), {}
    for label in sorted(set(labels)):
        wanted = crc32(label.encode("utf-8", "replace")) if len(labels) > 1 else 0
        fewest = min(used[place] for place in range(size))
        place = next(place % size for place in range(wanted % size, 2 * size) if used[place % size] == fewest)
        places[label] = place + size * used[place]
        used[place] += 1
    return places


@lru_cache(maxsize=4_096)  # names and units are the same at the next refresh
def escaped(text: str) -> str:
    """Text from data, safe where Plotly reads HTML or fills in `%{…}`, and without signs that turn the line round."""
    return html.escape(_BIDI.sub("", text), quote=False).replace("%{", "&#37;{")


def _layout(axes: Axes, look: Look, time_range: TimeRange) -> dict[str, Any]:
    left, right = axes.left, axes.right
    styles = {own.style for own in look.series.values()}
    layout: dict[str, Any] = {"xaxis": x_axis(time_range, look.zone), "yaxis": _y_axis(look, left)}
    if right is not None:
        layout["yaxis2"] = {**_ticks(right), **_from_nought(right), "overlaying": "y", "side": "right", "tickmode": "auto"}
    if "bars" in styles:
        layout["barmode"] = "stack" if look.stacked else "group"
    ends = left.lowest if look.low is None else look.low, left.highest if look.high is None else look.high
    thresholds = absolute(look.thresholds, look.threshold_mode, *ends) if look.thresholds else ()
    return layout | threshold_marks(
        thresholds, left.scale, lowest=left.lowest, highest=max(left.highest, look.high or left.highest)
    )


def _trace(points: dict[str, Any], place: int, look: Look, own: SeriesLook) -> dict[str, Any]:
    """`meta.series` lets the browser paint it for the theme; a colour of the document's own is final."""
    trace: dict[str, Any] = {"name": escaped(own.name), **points}
    painted = {"color": own.colour} if own.colour else {}
    if not own.colour:
        trace["meta"]["series"] = place % len(PALETTE)
    if own.is_right:
        trace["yaxis"] = "y2"
    if own.style == "bars":
        beside = {"offsetgroup": place} if own.is_right else {}
        return {**trace, "type": "bar", **beside, **({"marker": painted} if painted else {})}
    dash = own.dash or (DASHES[place // len(PALETTE) % len(DASHES)] if place >= len(PALETTE) else None)
    line = {"width": own.width, **painted, **({"dash": dash} if dash else {})}
    trace |= {"type": "scatter", **_points(trace["y"], own), "line": line}
    trace["marker"] |= painted
    if look.stacked:
        return {**trace, "stackgroup": "right" if own.is_right else "all", "fill": "tonexty" if own.style == "area" else "none"}
    return {**trace, "fill": "tozeroy"} if own.style == "area" else trace


def _points(values: Doubles, own: SeriesLook) -> dict[str, Any]:
    """Markers, or lines. A point alone between two holes would not be seen without a marker, and it alone has one."""
    if own.style == "points":
        return {"mode": "markers", "marker": {"size": MARKER}}
    is_hole = np.isnan(np.concatenate([[math.nan], values, [math.nan]]))
    alone = ~is_hole[1:-1] & is_hole[:-2] & is_hole[2:]
    if not alone.any():
        return {"mode": "lines", "marker": {"size": MARKER}}
    return {"mode": "lines+markers", "marker": {"size": np.where(alone, MARKER, 0)}}


def _on_grid(series: Series, grid: Grid, look: Look, own: SeriesLook, scale: Scale) -> dict[str, Any]:
    """Equal steps need no list of times: a tenth of the bytes."""
    values, decimals = scale.drawn(grid.spread(series), scale.read_decimals(own.decimals))
    steps = {"x0": wall_clock(grid.start, look.zone), "dx": round(grid.step * 1_000)}
    return {**steps, "y": values, "meta": {"decimals": decimals}}


def _where_they_are(series: Series, look: Look, own: SeriesLook, scale: Scale, most: int) -> dict[str, Any]:
    """Each point at its time. Where clocks go back, the line breaks instead of running back with them."""
    fitted = thinned(broken(series, look.step), most)
    times = wall_clocks(fitted.times, look.zone)
    values, decimals = scale.drawn(fitted.values, scale.read_decimals(own.decimals))
    back = np.flatnonzero(np.diff(times) < 0)[:1] + 1
    if len(back):
        times, values = np.insert(times, back, times[back - 1]), np.insert(values.astype(np.float64), back, math.nan)
    return {"x": times, "y": values, "meta": {"decimals": decimals}}


def _steady(grid: Grid | None, zone: ZoneInfo) -> Grid | None:
    """The grid, unless clocks are changed within it: then its steps are not equal on the zone's clock."""
    if grid is None or (grid.step * 1_000) % 1 or grid.size > MOST_POINTS:
        return None
    return grid if is_steady(grid.start, grid.start + grid.size * grid.step, zone) else None


def x_axis(time_range: TimeRange, zone: ZoneInfo) -> dict[str, Any]:
    """The whole range asked for, whether there are points or not."""
    if time_range.start is None or time_range.stop is None:
        return {"type": "date"}
    return {"type": "date", "range": [wall_clock(end.timestamp(), zone) for end in (time_range.start, time_range.stop)]}


def _y_axis(look: Look, axis: Axis) -> dict[str, Any]:
    if look.low is None and look.high is None:
        return {**_ticks(axis), **_from_nought(axis)}
    return {**_ticks(axis), **_from_nought(axis), **ends(look.low, look.high, axis.scale)}


def ends(low: float | None, high: float | None, scale: Scale) -> dict[str, Any]:
    """An axis that ends where it is said. One end alone is no `range`: plotly.js forgets it when it draws a second time."""
    if low is not None and high is not None:
        return {"range": [scale.one(low), scale.one(high)]}
    given = {"minallowed": low, "maxallowed": high}
    return {"autorangeoptions": {name: scale.one(end) for name, end in given.items() if end is not None}}


def _ticks(axis: Axis) -> dict[str, Any]:
    if axis.names:
        places = list(map(axis.scale.one, axis.names))
        return {"tickmode": "array", "tickvals": places, "ticktext": list(map(escaped, axis.names.values()))}
    return {"tickprefix": escaped(axis.scale.before), "ticksuffix": escaped(axis.scale.after)}


def _from_nought(axis: Axis) -> dict[str, Any]:
    return {"rangemode": "tozero"} if axis.is_filled else {}


def _hover(own: SeriesLook, scale: Scale) -> str:
    decimals = scale.read_decimals(own.decimals)
    digits = ",.4~r" if decimals is None else f",.{decimals}f"
    return f"{escaped(scale.before)}%{{y:{digits}}}{escaped(scale.after)}"
