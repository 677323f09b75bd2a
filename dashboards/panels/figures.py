"""Plotly figures as plain dicts with arrays: what is drawn. The theme's colours and fonts are put on in the browser."""

import html
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zlib import crc32
from zoneinfo import ZoneInfo

import numpy as np

from dashboards.panels.axis import Scale, scale_for
from dashboards.panels.colours import PALETTE, hex_of
from dashboards.panels.grid import Grid, broken, find_grid, thinned
from dashboards.panels.marks import threshold_marks
from dashboards.panels.moments import is_steady, wall_clock, wall_clocks
from dashboards.panels.parts import Threshold
from datasources.frame import Doubles, Series
from datasources.timerange import UTC_ZONE, TimeRange

MOST_POINTS = 15_000  # more make SVG slow to draw (docs/performance.md)
MARKER = 4  # pixels
DASHES = ("solid", "dash", "dot", "dashdot")  # beyond the palette's end, series of one colour differ in these
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Style = Literal["lines", "area", "bars", "points"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How series are drawn. `step` is the bucket's width in seconds; `colours` are the document's, by label."""

    style: Style = "lines"
    stacked: bool = False
    unit: str = ""
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    thresholds: Sequence[Threshold] = ()
    colours: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE
    step: float | None = None


def draw(all_series: Sequence[Series], look: Look, time_range: TimeRange) -> dict[str, Any]:
    """The figure: `data` and `layout`. Its times are wall-clock times of `look.zone`."""
    lowest, highest = _reach(all_series, stacked=look.stacked)
    scale = scale_for(look.unit, max(abs(lowest), abs(highest)))
    is_thinned = sum(len(series.times) for series in all_series) > MOST_POINTS
    grid = None if is_thinned else _steady(find_grid(all_series, look.step), look.zone)
    places = colour_places([series.label for series in all_series])
    most = max(200, MOST_POINTS // max(1, len(all_series))) if is_thinned else MOST_POINTS
    traces = [
        _trace(series, _on_grid(series, grid, look, scale) if grid else _where_they_are(series, look, scale, most),
               places[series.label], look, scale)
        for series in all_series
    ]  # fmt: skip
    layout: dict[str, Any] = {"xaxis": _x_axis(time_range, look.zone), "yaxis": _y_axis(look, scale)}
    if look.style == "bars":
        layout["barmode"] = "stack" if look.stacked else "group"
    layout |= threshold_marks(look.thresholds, scale, lowest=lowest, highest=max(highest, look.high or highest))
    return {"data": traces, "layout": layout}


def colour_places(labels: Sequence[str]) -> dict[str, int]:
    """A place for each label, its colour's in the palette: by the label's own hash, the next free one if that is taken.

    So a series keeps its colour when others come and go. Places beyond the palette's end are the colour's second use.
    """
    size, used, places = len(PALETTE), Counter[int](), {}
    for label in sorted(set(labels)):
        wanted = crc32(label.encode("utf-8", "replace")) if len(labels) > 1 else 0
        fewest = min(used[place] for place in range(size))
        place = next(place % size for place in range(wanted % size, 2 * size) if used[place % size] == fewest)
        places[label] = place + size * used[place]
        used[place] += 1
    return places


def escaped(text: str) -> str:
    """Text from data, safe where Plotly reads HTML or fills in `%{…}`, and without signs that turn the line round."""
    return html.escape(_BIDI.sub("", text), quote=False).replace("%{", "&#37;{")


def _trace(series: Series, points: dict[str, Any], place: int, look: Look, scale: Scale) -> dict[str, Any]:
    """`meta.series` lets the browser paint it for the theme; a colour of the document's own is final."""
    trace: dict[str, Any] = {"name": escaped(series.label), **points}
    trace["hovertemplate"] = f"{escaped(scale.before)}%{{y:{_hover_format(look, scale)}}}{escaped(scale.after)}"
    own = look.colours.get(series.label)
    painted = {"color": hex_of(own)} if own else {}
    if not own:
        trace["meta"]["series"] = place % len(PALETTE)
    if look.style == "bars":
        return {**trace, "type": "bar", **({"marker": painted} if painted else {})}
    line = {"width": 1.5, **painted, **({"dash": DASHES[place // len(PALETTE) % len(DASHES)]} if place >= len(PALETTE) else {})}
    trace |= {"type": "scatter", **_points(trace["y"], look), "line": line}
    trace["marker"] |= painted
    if look.stacked:
        return {**trace, "stackgroup": "all", "fill": "tonexty" if look.style == "area" else "none"}
    return {**trace, "fill": "tozeroy"} if look.style == "area" else trace


def _points(values: Doubles, look: Look) -> dict[str, Any]:
    """Markers, or lines. A point alone between two holes would not be seen without a marker, and it alone has one."""
    if look.style == "points":
        return {"mode": "markers", "marker": {"size": MARKER}}
    is_hole = np.isnan(np.concatenate([[math.nan], values, [math.nan]]))
    alone = ~is_hole[1:-1] & is_hole[:-2] & is_hole[2:]
    if not alone.any():
        return {"mode": "lines", "marker": {"size": MARKER}}
    return {"mode": "lines+markers", "marker": {"size": np.where(alone, MARKER, 0)}}


def _on_grid(series: Series, grid: Grid, look: Look, scale: Scale) -> dict[str, Any]:
    """Equal steps need no list of times: a tenth of the bytes."""
    values, decimals = scale.drawn(grid.spread(series), scale.read_decimals(look.decimals))
    steps = {"x0": wall_clock(grid.start, look.zone), "dx": round(grid.step * 1_000)}
    return {**steps, "y": values, "meta": {"decimals": decimals}}


def _where_they_are(series: Series, look: Look, scale: Scale, most: int) -> dict[str, Any]:
    """Each point at its time. Where clocks go back, the line breaks instead of running back with them."""
    fitted = thinned(broken(series, look.step), most)
    times = wall_clocks(fitted.times, look.zone)
    values, decimals = scale.drawn(fitted.values, scale.read_decimals(look.decimals))
    back = np.flatnonzero(np.diff(times) < 0)[:1] + 1
    if len(back):
        times, values = np.insert(times, back, times[back - 1]), np.insert(values.astype(np.float64), back, math.nan)
    return {"x": times, "y": values, "meta": {"decimals": decimals}}


def _steady(grid: Grid | None, zone: ZoneInfo) -> Grid | None:
    """The grid, unless clocks are changed within it: then its steps are not equal on the zone's clock."""
    if grid is None or (grid.step * 1_000) % 1 or grid.size > MOST_POINTS:
        return None
    return grid if is_steady(grid.start, grid.start + grid.size * grid.step, zone) else None


def _reach(all_series: Sequence[Series], *, stacked: bool) -> tuple[float, float]:
    ends = [(float(known.min()), float(known.max())) for series in all_series if len(known := series.known())]
    if not ends:
        return 0.0, 0.0
    lows, highs = zip(*ends, strict=True)
    return min(lows), sum(highs) if stacked else max(highs)


def _x_axis(time_range: TimeRange, zone: ZoneInfo) -> dict[str, Any]:
    """The whole range asked for, whether there are points or not."""
    if time_range.start is None or time_range.stop is None:
        return {"type": "date"}
    return {"type": "date", "range": [wall_clock(end.timestamp(), zone) for end in (time_range.start, time_range.stop)]}


def _y_axis(look: Look, scale: Scale) -> dict[str, Any]:
    axis: dict[str, Any] = {"tickprefix": escaped(scale.before), "ticksuffix": escaped(scale.after)}
    if look.low is not None or look.high is not None:
        axis["range"] = [None if end is None else scale.one(end) for end in (look.low, look.high)]
    elif look.style in {"area", "bars"}:
        axis["rangemode"] = "tozero"
    return axis


def _hover_format(look: Look, scale: Scale) -> str:
    decimals = scale.read_decimals(look.decimals)
    return ",.4~r" if decimals is None else f",.{decimals}f"
