"""Plotly figures as plain dicts: what is drawn, not how it looks; colours of the theme are put on in the browser."""

import html
import itertools
import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dashboards.panels.document import Threshold
from dashboards.panels.series import Series
from dashboards.panels.units import format_number

# Told apart by colour-blind eyes too (docs/design-system.md); the dark twins stand in tokens.css.
PALETTE = ("#2C5FDD", "#E56D12", "#33A17D", "#BA7ADC", "#115B76", "#862C34", "#896634", "#6122AC")
DIGITS = 5  # significant digits of a series' largest value: more than a screen can show
LONGEST_STEADY_OFFSET = timedelta(days=120)  # summer time cannot begin and end within this

Style = Literal["lines", "bars", "points"]


def trace(series: Series, number: int, *, style: Style, fill: bool, stacked: bool, zone: ZoneInfo) -> dict[str, Any]:
    """One series as a Plotly trace; `number` is its place in the palette."""
    name = escaped(series.label)
    drawn: dict[str, Any] = {
        "name": name,
        "meta": {"series": number % len(PALETTE)},
        **_times(series.times, zone),
        "y": rounded(series.values),
        "hovertemplate": f"%{{y}}<extra>{name}</extra>",
    }
    if style == "bars":
        return {**drawn, "type": "bar"}
    mode = "markers" if style == "points" else "lines"
    drawn |= {"type": "scatter", "mode": mode, "line": {"width": 1.5}, "connectgaps": False}
    if len([value for value in series.values if value is not None]) == 1:
        drawn["mode"] = "lines+markers"
    if stacked:
        return {**drawn, "stackgroup": "all"}
    return {**drawn, "fill": "tozeroy"} if fill else drawn


def layout(
    *,
    time_range: tuple[float | None, float | None],
    zone: ZoneInfo,
    y_range: tuple[float | None, float | None],
    unit: str,
    thresholds: Sequence[Threshold],
    stacked: bool,
) -> dict[str, Any]:
    """Axes and thresholds. The time axis shows the whole range asked for, wall-clock times of `zone`."""
    low, high = y_range
    y_axis: dict[str, Any] = {"ticksuffix": _suffix(unit), **_number_format(unit)}
    if low is not None or high is not None:
        y_axis["range"] = [low, high]
    x_axis: dict[str, Any] = {"type": "date"}
    if None not in time_range:
        x_axis["range"] = [wall_clock(moment, zone) for moment in time_range if moment is not None]
    drawn: dict[str, Any] = {"xaxis": x_axis, "yaxis": y_axis}
    if stacked:
        drawn["barmode"] = "stack"
    if thresholds:
        drawn |= _threshold_marks(thresholds)
    return drawn


def rounded(values: Iterable[float | None]) -> list[float | None]:
    """Values with the digits a screen can show: 17 kB instead of 57 for 5,760 points, compressed."""
    values = list(values)
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    decimals = DIGITS - 1 - math.floor(math.log10(largest)) if largest > 0 else 0
    if decimals <= 0:
        return [None if value is None else int(value) if abs(value) < 2**53 else value for value in map(_whole, values)]
    return [None if value is None else round(value, decimals) for value in values]


def wall_clock(moment: float, zone: ZoneInfo) -> int:
    """Epoch milliseconds as if the wall clock of the zone were UTC's: Plotly knows no zones and shows what it is given."""
    local = datetime.fromtimestamp(moment, zone)
    return round((moment + _offset(local)) * 1_000)


def escaped(text: str) -> str:
    """Text from data, safe where Plotly would read HTML and templates."""
    return html.escape(text, quote=False).replace("%{", "%&#123;")


def series_number(labels: Sequence[str]) -> dict[str, int]:
    """A palette place for each label, by its order among them: the same labels always get the same colours."""
    return {label: number for number, label in enumerate(sorted(labels))}


def _times(times: Sequence[float], zone: ZoneInfo) -> dict[str, Any]:
    """`x`, or `x0` and `dx` where the points stand at equal distances: a tenth of the bytes."""
    if not times:
        return {"x": []}
    first, last = times[0], times[-1]
    is_steady = last - first <= LONGEST_STEADY_OFFSET.total_seconds()
    offset, end = (_offset(datetime.fromtimestamp(moment, zone)) for moment in (first, last))
    if not is_steady or offset != end:
        return {"x": [wall_clock(moment, zone) for moment in times]}
    local = [round((moment + offset) * 1_000) for moment in times]
    steps = {b - a for a, b in itertools.pairwise(local)}
    if len(steps) == 1:
        return {"x0": local[0], "dx": steps.pop()}
    return {"x": local}


def _offset(local: datetime) -> float:
    offset = local.utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _whole(value: float | None) -> float | None:
    return None if value is None else float(round(value))


def _suffix(unit: str) -> str:
    """The unit behind the numbers of an axis. Bytes and their like are scaled by Plotly's own prefixes."""
    if unit in {"bytes", "bytes/s"}:
        return unit.replace("bytes", "B")
    if unit in {"bits/s", "short", ""}:
        return unit.replace("bits", "bit").replace("short", "")
    sign = format_number(0, unit).unit
    return f" {escaped(sign)}" if sign else ""


def _number_format(unit: str) -> dict[str, Any]:
    if unit in {"bytes", "bytes/s", "bits/s", "short"}:
        return {"exponentformat": "SI", "tickformat": "~s", "hoverformat": ".4~s"}
    return {"hoverformat": ",.5~r"}


def _threshold_marks(thresholds: Sequence[Threshold]) -> dict[str, Any]:
    """A dashed line at each threshold, a faint band from it to the next, and its label at the right edge."""
    ordered = sorted(thresholds, key=lambda threshold: threshold.value)
    tops = [*(threshold.value for threshold in ordered[1:]), None]
    shapes: list[dict[str, Any]] = []
    for threshold, top in zip(ordered, tops, strict=True):
        across = {"xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
        line = {"color": threshold.color, "width": 1, "dash": "dash"}
        shapes.append({"type": "line", **across, "y0": threshold.value, "y1": threshold.value, "line": line})
        if top is not None:
            band = {"fillcolor": threshold.color, "opacity": 0.06, "line": {"width": 0}}
            shapes.append({"type": "rect", **across, "y0": threshold.value, "y1": top, **band})
    labels = [
        {
            "xref": "paper", "x": 1, "xanchor": "right", "y": threshold.value, "yanchor": "bottom",
            "text": escaped(threshold.label), "showarrow": False, "font": {"size": 10},
        }
        for threshold in ordered if threshold.label
    ]  # fmt: skip
    return {"shapes": shapes, "annotations": labels}
