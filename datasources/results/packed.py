"""Answers as bytes: by columns, compressed where that pays. Nothing is pickled; damaged bytes are no answer."""

import hashlib
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import zstandard

from datasources.frame import Answered, Column, Doubles, Frame, Frames, Series, SeriesFrame

MAGIC = b"PD2"  # changes with the form: what another version wrote is not read
WORTH_COMPRESSING_BYTES = 512
OBJECT_BYTES = 64  # about what a small Python value takes
MOST_BYTES = 256_000_000  # unpacked; more was never packed here
_HEAD = struct.Struct(">3sdBI")  # magic, the moment they hold for, compressed or not, length of the description

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
    """Frames with a few plain facts about them, and a moment that can be read without the rest."""
    arrays: list[Doubles] = []
    described = {name: _described(frame, arrays) for name, frame in frames.items()}
    head = orjson.dumps({"facts": facts, "frames": described})
    body = head + b"".join(array.tobytes() for array in arrays)
    is_compressed = len(body) >= WORTH_COMPRESSING_BYTES
    if is_compressed:
        body = zstandard.ZstdCompressor(level=1).compress(body)
    return _HEAD.pack(MAGIC, moment, is_compressed, len(head)) + body


def moment_of(data: bytes) -> float:
    """The moment of what was packed; minus infinity for anything else."""
    if len(data) < _HEAD.size or not data.startswith(MAGIC):
        return -math.inf
    return float(_HEAD.unpack_from(data)[1])


def unpack(data: bytes) -> tuple[dict[str, Answered], dict[str, Any]] | None:
    """The frames and the facts; None for what is not a whole answer of this form."""
    try:
        magic, _, is_compressed, length = _HEAD.unpack_from(data)
        if magic != MAGIC:
            return None
        body = memoryview(data)[_HEAD.size :]
        if is_compressed:
            body = memoryview(zstandard.ZstdDecompressor().decompress(body, max_output_size=MOST_BYTES))
        described = orjson.loads(body[:length])
        numbers = np.frombuffer(body[length:], dtype=np.float64)
        taken = _Taken(numbers)
        frames = {name: _frame(one, taken) for name, one in described["frames"].items()}
        return (frames, described["facts"]) if taken.is_all else None
    except (struct.error, zstandard.ZstdError, ValueError, KeyError, TypeError, ArithmeticError):
        return None


class _Taken:
    """Numbers, taken piece by piece. Raises ValueError beyond their end."""

    def __init__(self, numbers: Doubles) -> None:
        self._numbers, self._at = numbers, 0

    def __call__(self, count: int) -> Doubles:
        self._at += count
        if count < 0 or self._at > len(self._numbers):
            raise ValueError("there are fewer numbers than described")
        return self._numbers[self._at - count : self._at]

    @property
    def is_all(self) -> bool:
        return self._at == len(self._numbers)


def _described(frame: Answered, arrays: list[Doubles]) -> dict[str, Any]:
    facts: dict[str, Any] = {"truncated": frame.truncated, "sql": frame.sql, "elapsed_ms": frame.elapsed_ms}
    if isinstance(frame, Frame):
        columns = [[column.name, column.kind, column.type_name] for column in frame.columns]
        cells = [_cells(values) for values in frame.values]
        return {**facts, "columns": columns, "cells": cells, "truncated_cells": frame.truncated_cells}
    series = [_series_facts(one, arrays) for one in frame.series]
    return {**facts, "series": series, "row_count": frame.row_count, "lost": frame.lost}


def _series_facts(series: Series, arrays: list[Doubles]) -> list[Any]:
    """Label, length, and start and step of times that are regular; others follow the values as they are."""
    count = len(series.times)
    arrays.append(series.values)
    if count > 1:
        start, step = float(series.times[0]), float(series.times[1] - series.times[0])
        if (start + step * np.arange(count) == series.times).all():
            return [series.label, count, start, step]
    arrays.append(series.times)
    return [series.label, count]


def _frame(described: dict[str, Any], taken: _Taken) -> Answered:
    facts = {name: described[name] for name in ("truncated", "sql", "elapsed_ms")}
    if "columns" in described:
        columns = tuple(Column(name, kind, type_name) for name, kind, type_name in described["columns"])
        values = tuple(_values(cells) for cells in described["cells"])
        return Frame(columns, values, truncated_cells=described["truncated_cells"], **facts)
    series = tuple(_series(one, taken) for one in described["series"])
    return SeriesFrame(series, row_count=described["row_count"], lost=described["lost"], **facts)


def _series(facts: list[Any], taken: _Taken) -> Series:
    label, count, *grid = facts
    values = taken(count)
    times = grid[0] + grid[1] * np.arange(count, dtype=np.float64) if grid else taken(count)
    return Series(label, times, values)


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
