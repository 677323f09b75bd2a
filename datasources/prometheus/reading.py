"""Prometheus' answers as Frames: a matrix as series, everything else as rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson

from datasources.errors import QueryFailed
from datasources.frame import Column, Doubles, Frame, Series, SeriesFrame
from datasources.prometheus.failures import shown
from datasources.prometheus.server import data_of

TIME, VALUE = "time", "value"
NATIVE = "Native histograms are not drawn: use histogram_quantile() or histogram_count() on them."
PARTIAL = "Some of the servers behind this one did not answer: series may be lacking."
INFINITE = "Some values are infinite, and not drawn."
_MOST_SECONDS = 253_402_214_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Labels = Mapping[str, str]


def read_series(answer: Mapping[str, Any], *, most_points: int, step: float) -> SeriesFrame:
    """A range query's answer; a series' label is all its labels as sorted JSON. Series beyond `most_points` are left out."""
    result = _result(answer, {"matrix"})
    parts = sorted((canonical(one["metric"]), one.get("values", ())) for one in result)
    kept, count = [], 0
    for label, pairs in parts:
        count += len(pairs)
        if count > most_points:
            break
        if pairs:
            kept.append(_series(label, pairs))
    read = sum(len(one.times) for one in kept)
    notes = [*_notes(answer), *([NATIVE] if any("histograms" in one for one in result) else [])]
    if any(np.isinf(one.values).any() for one in kept):
        notes.append(INFINITE)
        kept = [Series(one.label, one.times, np.where(np.isinf(one.values), np.nan, one.values)) for one in kept]
    return SeriesFrame(
        tuple(kept), row_count=read, truncated=count > most_points, notes=tuple(notes), is_partial=_is_partial(answer), step=step
    )


def read_rows(answer: Mapping[str, Any], *, most_rows: int) -> Frame:
    """An instant query's answer: `time`, a column a label, `value`. Numbers may be NaN or infinite."""
    rows = list(_rows(answer))
    names = sorted({name for labels, _, _ in rows for name in labels})
    columns = (Column(TIME, "time"), *(Column(own_name(name), "text") for name in names), Column(VALUE, "number"))
    shown, is_cut = rows[:most_rows], len(rows) > most_rows
    notes = [*_notes(answer), *([f"Only the first {most_rows:,} rows are shown."] if is_cut else [])]
    values: tuple[list[Any], ...] = (
        [_moment(time) for _, time, _ in shown],
        *([labels.get(name) for labels, _, _ in shown] for name in names),
        [value for _, _, value in shown],
    )
    return Frame(columns, values, truncated=is_cut, notes=tuple(notes))


def canonical(labels: Labels) -> str:
    return orjson.dumps(labels, option=orjson.OPT_SORT_KEYS).decode()


def own_name(label: str) -> str:
    """A label's column; those of the time and the value are taken."""
    return f"label {label}" if label in {TIME, VALUE} else label


def _series(label: str, pairs: Sequence[Sequence[Any]]) -> Series:
    times = np.fromiter((pair[0] for pair in pairs), np.float64, len(pairs))
    values = np.fromiter((float(pair[1]) for pair in pairs), np.float64, len(pairs))
    return Series(label, times, values)


def _rows(answer: Mapping[str, Any]) -> Iterable[tuple[Labels, float, Any]]:
    result = _result(answer, {"vector", "scalar", "string", "matrix"})
    kind = data_of(answer, dict)["resultType"]
    if kind == "scalar":
        return [({}, float(result[0]), float(result[1]))]
    if kind == "string":
        return [({"text": str(result[1])}, float(result[0]), None)]
    if kind == "matrix":
        return [(one["metric"], float(time), float(value)) for one in result for time, value in one.get("values", ())]
    return [(one["metric"], float(one["value"][0]), float(one["value"][1])) for one in result if "value" in one]


def _result(answer: Mapping[str, Any], kinds: set[str]) -> Sequence[Any]:
    data = data_of(answer, dict)
    if data.get("resultType") not in kinds or not isinstance(data.get("result"), list):
        raise QueryFailed("The server's answer is not one of Prometheus.", detail=f"It is a {str(data.get('resultType'))[:20]}.")
    found: list[Any] = data["result"]
    return found


def _notes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    said = [*_list(answer.get("warnings")), *_list(answer.get("infos"))]
    partial = [PARTIAL] if answer.get("isPartial") else []
    return tuple(dict.fromkeys([*partial, *(shown(text) for text in said[:5])]))


def _is_partial(answer: Mapping[str, Any]) -> bool:
    """What PromQL itself warns of concerns the query, and is so tomorrow too."""
    return bool(answer.get("isPartial")) or any(not text.startswith("PromQL") for text in _list(answer.get("warnings")))


def _list(found: Any) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []


def moments(times: Doubles) -> list[datetime]:
    return [_EPOCH + timedelta(seconds=time) for time in times.tolist()]


def _moment(seconds: float) -> datetime | str:
    if abs(seconds) > _MOST_SECONDS:
        return str(seconds)
    return _EPOCH + timedelta(seconds=seconds)
