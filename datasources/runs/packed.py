"""Runs as bytes: a versioned head with a checksum, then arrays in which most bytes repeat, compressed where that pays.

Nothing is pickled. Damaged bytes are no runs, never an error.
"""

import struct
from typing import Any
from zlib import crc32

import numpy as np
import orjson
import zstandard

from datasources.frame import Doubles
from datasources.runs.flat import FlatSeries, Whole

MAGIC = b"PR1"  # changes with the form: what another version wrote is not read
MOST_BYTES = 16_000_000  # unpacked; more was never packed here
_HEAD = struct.Struct(">3sI")  # magic, and the checksum of all that follows
_FORM = struct.Struct(">BI")  # compressed or not, the length of the description

Unpacked = tuple[Doubles, Doubles, FlatSeries, dict[str, Any]]


def pack(starts: Doubles, asked: Doubles, points: FlatSeries, facts: dict[str, Any]) -> bytes:
    """Times are written as places among `starts`, those as steps from one to the next."""
    described = orjson.dumps({**facts, "labels": points.labels, "buckets": len(starts), "points": len(points)})
    places = np.searchsorted(starts, points.times)
    arrays = (starts, asked, points.counts.astype(np.int64), np.diff(places, prepend=0).astype(np.int32))
    body = described + b"".join(array.tobytes() for array in arrays) + _by_significance(points.values)
    compressed = zstandard.ZstdCompressor(level=1).compress(body)
    is_compressed = len(compressed) < len(body)
    rest = _FORM.pack(is_compressed, len(described)) + (compressed if is_compressed else body)
    return _HEAD.pack(MAGIC, crc32(rest)) + rest


def unpack(data: bytes) -> Unpacked | None:
    try:
        magic, checksum = _HEAD.unpack_from(data)
        rest = data[_HEAD.size :]
        if magic != MAGIC or crc32(rest) != checksum:
            return None
        is_compressed, length = _FORM.unpack_from(rest)
        written = rest[_FORM.size :]
        body = _decompressed(written) if is_compressed else written
        return _read(orjson.loads(body[:length]), body[length:])
    except (struct.error, zstandard.ZstdError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def _decompressed(written: bytes) -> bytes:
    if not 0 <= zstandard.frame_content_size(written) <= MOST_BYTES:
        raise ValueError("this would be larger than anything packed here")
    return zstandard.ZstdDecompressor().decompress(written)


def _read(described: dict[str, Any], arrays: bytes) -> Unpacked:
    labels = tuple(described.pop("labels"))
    buckets, points = described.pop("buckets"), described.pop("points")
    taken = _Taken(arrays)
    starts, asked = taken(buckets, np.float64), taken(buckets, np.float64)
    counts: Whole = taken(len(labels), np.int64)
    places = np.cumsum(taken(points, np.int32), dtype=np.int64)
    values = _from_significance(taken(points * 8, np.uint8))
    if int(counts.sum()) != points or not taken.is_all:
        raise ValueError("the arrays are not of the lengths described")
    return starts, asked, FlatSeries(labels, counts, starts[places], values), described


class _Taken:
    """Arrays, taken one after the other. Raises ValueError beyond the end of the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __call__(self, count: int, kind: Any) -> Any:
        array = np.frombuffer(self._data, dtype=kind, count=count, offset=self._at) if count else np.empty(0, dtype=kind)
        self._at += array.nbytes
        return array

    @property
    def is_all(self) -> bool:
        return self._at == len(self._data)


def _by_significance(values: Doubles) -> bytes:
    """First the first bytes of all doubles, then their second: signs and exponents are much alike, and compress."""
    return values.astype(np.float64).view(np.uint8).reshape(-1, 8).T.tobytes()


def _from_significance(data: Any) -> Doubles:
    return np.ascontiguousarray(data.reshape(8, -1).T).view(np.float64).reshape(-1)
