"""Runs as bytes: arrays in which most bytes repeat, so that they compress well."""

from typing import Any, NamedTuple

import numpy as np

from datasources.frame import Doubles
from datasources.packing import Arrays, Form, texts_by_name
from datasources.runs.flat import FlatSeries, Whole

FORM = Form(b"PR3", most_bytes=16_000_000)


class Packed(NamedTuple):
    """What is packed of runs; see Runs."""

    starts: Doubles
    asked: Doubles
    points: FlatSeries
    columns: int
    sql: str


def pack(runs: Packed) -> bytes:
    """Times are written as places among `starts`, those as steps from one to the next."""
    starts, asked, points, columns, sql = runs
    described = {"columns": columns, "sql": sql, "labels": points.labels, "buckets": len(starts), "points": len(points)}
    described["of"] = [dict(points.of.get(label, {})) for label in points.labels]
    steps = np.diff(np.searchsorted(starts, points.times), prepend=0).astype(np.int32)
    return FORM.pack(described, (starts, asked, points.counts.astype(np.int64), steps, _by_significance(points.values)))


def unpack(data: bytes) -> Packed | None:
    """What was packed; None for anything else."""
    return FORM.unpack(data, _read)


def _read(described: dict[str, Any], arrays: Arrays) -> Packed:
    labels, buckets, points = tuple(described["labels"]), described["buckets"], described["points"]
    starts, asked = arrays.take(buckets), arrays.take(buckets)
    counts: Whole = arrays.take(len(labels), np.int64)
    places = np.cumsum(arrays.take(points, np.int32), dtype=np.int64)
    values = _from_significance(arrays.take(points * 8, np.uint8))
    of = dict(zip(labels, map(texts_by_name, described["of"]), strict=True))
    is_sound = (
        (np.diff(starts) > 0).all()
        and (counts > 0).all()
        and counts.sum() == points
        and ((places >= 0) & (places < buckets)).all()
        and labels == tuple(sorted(set(labels)))
        and described["columns"] >= 0
    )
    if not is_sound:
        raise ValueError("these are no runs")
    points_of = FlatSeries(labels, counts, starts[places], values, of)
    return Packed(starts, asked, points_of, described["columns"], described["sql"])


def _by_significance(values: Doubles) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """First the first bytes of all doubles, then their second: signs and exponents are much alike, and compress."""
    return values.astype(np.float64).view(np.uint8).reshape(-1, 8).T


def _from_significance(data: Any) -> Doubles:
    return np.ascontiguousarray(data.reshape(8, -1).T).view(np.float64).reshape(-1)
