"""Answers as bytes, by columns."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import orjson

from datasources.frame import Answered, Column, Doubles, Frame, Frames, Series, SeriesFrame
from datasources.packing import Arrays, Form, texts_by_name

FORM = Form(b"PD6", most_bytes=256_000_000)
OBJECT_BYTES = 64  # about what a small Python value takes

Made = TypeVar("Made")

# What a cell is besides null, by the letter its column is marked with; a column of several kinds marks each cell.
_WRITERS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    str: ("s", str),
    bool: ("b", bool),
    int: ("i", str),
    float: ("f", float.hex),
    Decimal: ("d", str),
    datetime: ("t", datetime.isoformat),
    date: ("D", date.isoformat),
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "s": str,
    "b": bool,
    "i": int,
    "f": float.fromhex,
    "d": Decimal,
    "t": datetime.fromisoformat,
    "D": date.fromisoformat,
}


def digest(frames: Frames) -> str:
    """A mark that differs where frames differ in anything but the time they took."""
    arrays: list[Doubles] = []
    described = {name: {**_described(frame, arrays), "elapsed_ms": 0} for name, frame in frames.items()}
    mark = hashlib.blake2b(orjson.dumps(described), digest_size=12)
    for array in arrays:
        mark.update(array.tobytes())
    return mark.hexdigest()


def size_of(frames: Frames) -> int:
    """About what frames take in memory, in bytes."""
    return sum(_frame_size(frame) for frame in frames.values())


def _frame_size(frame: Answered) -> int:
    if isinstance(frame, SeriesFrame):
        return sum(one.times.nbytes + one.values.nbytes + OBJECT_BYTES for one in frame.series) + OBJECT_BYTES
    cells = (cell for values in frame.values for cell in values)
    return OBJECT_BYTES + sum(OBJECT_BYTES + (len(cell) if isinstance(cell, str) else 0) for cell in cells)


def pack(frames: Frames, facts: Mapping[str, Any], *, moment: float = 0.0) -> bytes:
    """Frames with a few plain facts about them, and a moment that can be read without the rest: `FORM.moment_of`."""
    arrays: list[Doubles] = []
    described = {name: _described(frame, arrays) for name, frame in frames.items()}
    return FORM.pack({"facts": facts, "frames": described}, arrays, moment=moment)


def unpack(data: bytes, make: Callable[[dict[str, Answered], dict[str, Any]], Made]) -> Made | None:
    """What `make` makes of the frames and the facts; None where it cannot, and for what is not a whole answer of this form."""

    def read(described: dict[str, Any], arrays: Arrays) -> Made:
        return make({name: _frame(one, arrays) for name, one in described["frames"].items()}, described["facts"])

    return FORM.unpack(data, read)


def _described(frame: Answered, arrays: list[Doubles]) -> dict[str, Any]:
    facts: dict[str, Any] = {"truncated": frame.truncated, "sql": frame.sql, "elapsed_ms": frame.elapsed_ms, "notes": frame.notes}
    if isinstance(frame, Frame):
        columns = [[column.name, column.kind, column.type_name] for column in frame.columns]
        cells = [_cells(values) for values in frame.values]
        return {**facts, "columns": columns, "cells": cells, "truncated_cells": frame.truncated_cells}
    series = [_series_facts(one, arrays) for one in frame.series]
    more = {"row_count": frame.row_count, "lost": frame.lost, "is_partial": frame.is_partial, "step": frame.step}
    return {**facts, "series": series, **more}


def _series_facts(series: Series, arrays: list[Doubles]) -> list[Any]:
    """Label, length, query, labels, and start and step of times that are regular; others follow the values as they are."""
    count = len(series.times)
    arrays.append(series.values)
    if count > 1:
        start, step = float(series.times[0]), float(series.times[1] - series.times[0])
        if (start + step * np.arange(count) == series.times).all():
            return [series.label, count, series.query, dict(series.labels), start, step]
    arrays.append(series.times)
    return [series.label, count, series.query, dict(series.labels)]


def _frame(described: dict[str, Any], arrays: Arrays) -> Answered:
    facts = {name: described[name] for name in ("truncated", "sql", "elapsed_ms")} | {"notes": tuple(described["notes"])}
    if "columns" in described:
        columns = tuple(Column(name, kind, type_name) for name, kind, type_name in described["columns"])
        values = tuple(_values(cells) for cells in described["cells"])
        if len(values) != len(columns) or len({*map(len, values)}) > 1:
            raise ValueError("these are not the columns of one result")
        return Frame(columns, values, truncated_cells=described["truncated_cells"], **facts)
    series = tuple(_series(one, arrays) for one in described["series"])
    more = {name: described[name] for name in ("row_count", "lost", "is_partial", "step")}
    return SeriesFrame(series, **facts, **more)


def _series(facts: list[Any], arrays: Arrays) -> Series:
    label, count, query, labels, *grid = facts
    values = arrays.take(count)
    times = grid[0] + grid[1] * np.arange(count, dtype=np.float64) if grid else arrays.take(count)
    return Series(label, times, values, query, texts_by_name(labels))


def _cells(values: Sequence[Any]) -> dict[str, Any]:
    kinds = {*map(type, values)} - {type(None)}
    if len(kinds) <= 1:
        mark, write = _WRITERS[kinds.pop() if kinds else str]
        return {"all": mark, "cells": [None if value is None else write(value) for value in values]}
    return {"cells": [None if value is None else _marked(value) for value in values]}


def _marked(value: Any) -> list[Any]:
    mark, write = _WRITERS[type(value)]
    return [mark, write(value)]


def _values(cells: dict[str, Any]) -> tuple[Any, ...]:
    if "all" in cells:
        read = _READERS[cells["all"]]
        return tuple(None if cell is None else read(cell) for cell in cells["cells"])
    return tuple(None if cell is None else _READERS[cell[0]](cell[1]) for cell in cells["cells"])
