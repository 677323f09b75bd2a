"""Points over time, sorted by series: from a Frame of any of the shapes a time series query may have."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from dashboards.panels.base import WrongShape
from dashboards.panels.units import as_float
from datasources.frame import Frame

UNLABELLED = "default"
TIME_NAMES = ("timestamp", "time", "bucket")
LABEL_NAMES = ("label", "series_label", "metric")
GAP = 3.0  # a hole this many times as long as the usual distance between points is drawn as one


@dataclass(frozen=True, slots=True)
class Series:
    """`times` in epoch seconds, ascending; `values` finite floats or None."""

    label: str
    times: list[float]
    values: list[float | None]


def read_series(frame: Frame) -> list[Series]:
    """The series of a frame, by label. Raises WrongShape without a time column or without a number column."""
    time_name = _time_column(frame)
    times = [_epoch(value) for value in frame.column(time_name)]
    values = [column.name for column in frame.columns if column.kind == "number" and column.name != time_name]
    if not values and frame.row_count:
        raise WrongShape("The query gives no column of numbers to draw.")
    labels = _labels(frame, time_name)
    if labels is None and len(values) > 1:
        return [_one(name, times, frame.column(name)) for name in values]
    found: list[Series] = []
    for name in values:
        prefix = f"{name} " if len(values) > 1 else ""
        found += _by_label(times, frame.column(name), labels, prefix)
    return sorted(found, key=lambda series: series.label)


def usual_step(times: Sequence[float]) -> float | None:
    """The median distance between points, in seconds; None for fewer than three."""
    if len(times) < 3:
        return None
    sample = times[:: max(1, len(times) // 500)] if len(times) > 2_000 else times
    scale = max(1, len(times) // 500) if len(times) > 2_000 else 1
    return median(b - a for a, b in itertools.pairwise(sample)) / scale


def with_gaps(series: Series, step: float | None) -> Series:
    """The series with a None where points are missing, so that no line is drawn over nothing.

    `step` is the bucket's width in seconds; without one the usual distance counts, times GAP.
    """
    usual = step * 1.5 if step else (usual_step(series.times) or math.inf) * GAP
    if all(b - a <= usual for a, b in zip(series.times, series.times[1:], strict=False)):
        return series
    times: list[float] = []
    values: list[float | None] = []
    for time, value in zip(series.times, series.values, strict=True):
        if times and time - times[-1] > usual:
            times.append(times[-1] + (step or usual / GAP))
            values.append(None)
        times.append(time)
        values.append(value)
    return Series(series.label, times, values)


def thinned(series: Series, most: int) -> Series:
    """At most about `most` points: of each stretch the lowest and the highest, so that no peak is lost."""
    if len(series.times) <= most:
        return series
    width = math.ceil(len(series.times) / (most // 2))
    keep: list[int] = []
    for start in range(0, len(series.times), width):
        places = [place for place in range(start, min(start + width, len(series.times))) if series.values[place] is not None]
        if places:
            low = min(places, key=lambda place: series.values[place] or 0.0)
            high = max(places, key=lambda place: series.values[place] or 0.0)
            keep += sorted({low, high})
    return Series(series.label, [series.times[place] for place in keep], [series.values[place] for place in keep])


def _time_column(frame: Frame) -> str:
    named = next((name for name in TIME_NAMES if name in frame.names), None)
    found = named or next((column.name for column in frame.columns if column.kind in {"time", "date"}), None)
    if found is None:
        raise WrongShape("The query gives no column of times: name one “time”.")
    return found


def _labels(frame: Frame, time_name: str) -> list[str] | None:
    """The label of each row: its text columns, the one named for it alone if there is one."""
    named = next((name for name in LABEL_NAMES if name in frame.names), None)
    texts = [
        column.name for column in frame.columns if column.kind not in {"number", "time", "date"} and column.name != time_name
    ]
    names = [named] if named else texts
    if not names:
        return None
    if len(names) == 1:
        return ["" if value is None else str(value) for value in frame.column(names[0])]
    rows = zip(*(frame.column(name) for name in names), strict=True)
    return [" ".join("" if part is None else str(part) for part in row) for row in rows]


def _by_label(times: list[float | None], values: Sequence[Any], labels: list[str] | None, prefix: str) -> list[Series]:
    if labels is None:
        return [_one(UNLABELLED, times, values)] if times else []
    groups: dict[str, tuple[list[float | None], list[Any]]] = {}
    for time, value, label in zip(times, values, labels, strict=True):
        group = groups.get(label)
        if group is None:
            group = groups[label] = ([], [])
        group[0].append(time)
        group[1].append(value)
    return [_one(f"{prefix}{label}", *group) for label, group in groups.items()]


def _one(label: str, times: Sequence[float | None], values: Sequence[Any]) -> Series:
    """One series in order of time; rows without a time are left out, values that are no finite numbers become gaps."""
    clean = list(values) if all(type(value) is float for value in values) else [as_float(value) for value in values]
    clean = [value if value is not None and math.isfinite(value) else None for value in clean]
    points = [(time, value) for time, value in zip(times, clean, strict=True) if time is not None]
    if any(b[0] < a[0] for a, b in itertools.pairwise(points)):
        points.sort(key=lambda point: point[0])
    return Series(label, [time for time, _ in points], [value for _, value in points])


def _epoch(value: Any) -> float | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.timestamp()
    if value is None or isinstance(value, str):
        return None
    if hasattr(value, "toordinal"):
        return (value.toordinal() - 719_163) * 86_400.0
    number = as_float(value)
    return number / 1_000 if number is not None and number > 1e11 else number
