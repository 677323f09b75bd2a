"""Prometheus' answers as Frames: a matrix as series, everything else as rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson

from datasources.errors import QueryFailed
from datasources.frame import Column, Doubles, Frame, Series, SeriesFrame
from datasources.prometheus.failures import shown
from datasources.prometheus.native import LE, WORDS, bound_texts, bounds_of, counts_up_to
from datasources.prometheus.server import data_of

TIME, VALUE = "time", "value"
PARTIAL = "Some of the servers behind this one did not answer: series may be lacking."
INFINITE = "Some values are infinite, and not drawn."
_MOST_SECONDS = 253_402_214_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Labels = Mapping[str, str]


def read_series(answer: Mapping[str, Any], *, most_points: int, step: float, buckets: bool = False) -> SeriesFrame:
    """A range query's answer; a series' label is all its labels as sorted JSON. Series beyond `most_points` are left out.

    `buckets`: of a native histogram there is a series a bound; else a note says that there are some.
    """
    result = _result(answer, {"matrix"})
    found = [(one["metric"], one.get("values", ())) for one in result]
    found += _bucket_series(result, most_points) if buckets else ()
    parts = sorted((canonical(labels), pairs) for labels, pairs in found)
    kept, count = [], 0
    for label, pairs in parts:
        count += len(pairs)
        if count > most_points:
            break
        if pairs:
            kept.append(_series(label, pairs))
    read = sum(len(one.times) for one in kept)
    notes = [*_notes(answer), *([] if buckets else _native_notes(result))]
    if any(np.isinf(one.values).any() for one in kept):
        notes.append(INFINITE)
        kept = [Series(one.label, one.times, np.where(np.isinf(one.values), np.nan, one.values)) for one in kept]
    return SeriesFrame(
        tuple(kept), row_count=read, truncated=count > most_points, notes=tuple(notes), is_partial=_is_partial(answer), step=step
    )


def read_rows(answer: Mapping[str, Any], *, most_rows: int, buckets: bool = False) -> Frame:
    """An instant query's answer: `time`, a column a label, `value`. Numbers may be NaN or infinite.

    `buckets`: of a native histogram there is a row a bound; else a note says that there are some.
    """
    rows = [*_rows(answer), *(_bucket_rows(answer, most_rows) if buckets else ())]
    names = sorted({name for labels, _, _ in rows for name in labels})
    columns = (Column(TIME, "time"), *(Column(own_name(name), "text") for name in names), Column(VALUE, "number"))
    shown, is_cut = rows[:most_rows], len(rows) > most_rows
    native = [] if buckets else _native_notes(data_of(answer, dict)["result"])
    notes = [*_notes(answer), *native, *([f"Only the first {most_rows:,} rows are shown."] if is_cut else [])]
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
    if not (np.abs(times) <= _MOST_SECONDS).all():
        raise ValueError("a moment is none of the calendar's")
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


def _bucket_series(result: Sequence[Any], most: int) -> Iterable[tuple[Labels, list[tuple[float, float]]]]:
    """Of each series one for each bound that any of them has, by the label `le`: then they can be added."""
    found = [(one["metric"], [one["histogram"]] if "histogram" in one else one.get("histograms", ())) for one in result]
    bounds = bounds_of([histogram for _, samples in found for _, histogram in samples], most_points=most)
    texts = bound_texts(bounds)
    for labels, samples in found:
        counts = [(float(time), counts_up_to(histogram, bounds).tolist()) for time, histogram in samples]
        for place, text in enumerate(texts if samples else ()):
            yield {**labels, LE: text}, [(time, row[place]) for time, row in counts]


def _bucket_rows(answer: Mapping[str, Any], most: int) -> Iterable[tuple[Labels, float, float]]:
    """Those of a vector, and of the steps of a matrix."""
    data = data_of(answer, dict)
    if data["resultType"] not in {"vector", "matrix"}:
        return ()
    return [(labels, time, count) for labels, pairs in _bucket_series(data["result"], most) for time, count in pairs]


def _native_notes(result: Any) -> list[str]:
    is_list = isinstance(result, list) and all(isinstance(one, dict) for one in result)
    return [WORDS] if is_list and any({"histogram", "histograms"} & one.keys() for one in result) else []


def _result(answer: Mapping[str, Any], kinds: set[str]) -> Sequence[Any]:
    data = data_of(answer, dict)
    if data.get("resultType") not in kinds or not isinstance(data.get("result"), list):
        raise QueryFailed("The server's answer is not one of Prometheus.", detail=f"It is a {str(data.get('resultType'))[:20]}.")
    found: list[Any] = data["result"]
    if data["resultType"] in {"vector", "matrix"}:
        for one in found:
            _check_labels(one["metric"])
    return found


def _check_labels(labels: Any) -> None:
    """Raises TypeError."""
    if not isinstance(labels, dict) or not all(isinstance(text, str) for text in labels.values()):
        raise TypeError("labels are texts by name")


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
