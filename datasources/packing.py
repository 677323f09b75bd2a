"""Things as bytes: a short head, a description in JSON, then arrays of numbers, compressed where that pays.

Nothing is pickled. Bytes that are short, damaged, of another form or made up are nothing, never an error.
"""

import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from zlib import crc32

import numpy as np
import orjson
import zstandard
from numpy.typing import NDArray

_HEAD = struct.Struct(">3sI")  # magic, and the checksum of all that follows
_FORM = struct.Struct(">dBI")  # the moment they hold for, compressed or not, the length of the description
_UNREADABLE = (struct.error, zstandard.ZstdError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)

Made = TypeVar("Made")


def texts_by_name(described: Any) -> dict[str, str]:
    """What a description says by name. Raises AttributeError for what is no such thing."""
    return {str(name): str(text) for name, text in described.items()}


class Arrays:
    """The arrays behind a description, taken one after the other. Raises ValueError beyond the end of the bytes."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._at = data, 0

    def take(self, count: int, kind: type[np.generic] = np.float64) -> Any:
        if count < 0:
            raise ValueError("no array is shorter than none")
        array = np.frombuffer(self._data, dtype=kind, count=count, offset=self._at) if count else np.empty(0, dtype=kind)
        self._at += array.nbytes
        return array

    @property
    def is_all(self) -> bool:
        return self._at == len(self._data)


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of thing is packed. `magic`, three bytes, changes with its description: another version's is not read.

    More than `most_bytes`, unpacked, was never packed so.
    """

    magic: bytes
    most_bytes: int

    def pack(self, described: Any, arrays: Iterable[NDArray[Any]], *, moment: float = 0.0) -> bytes:
        """A description and the arrays it speaks of, with a moment that can be read without the rest."""
        description = orjson.dumps(described)
        body = description + b"".join(array.tobytes() for array in arrays)
        compressed = zstandard.ZstdCompressor(level=1).compress(body)
        is_compressed = len(compressed) < len(body)
        rest = _FORM.pack(moment, is_compressed, len(description)) + (compressed if is_compressed else body)
        return _HEAD.pack(self.magic, crc32(rest)) + rest

    def moment_of(self, data: bytes) -> float:
        """The moment of what was packed; minus infinity for anything else."""
        if len(data) < _HEAD.size + _FORM.size or not data.startswith(self.magic):
            return -math.inf
        return float(_FORM.unpack_from(data, _HEAD.size)[0])

    def unpack(self, data: bytes, read: Callable[[Any, Arrays], Made]) -> Made | None:
        """What `read` makes of the description and the arrays, all of which it takes; None where it cannot."""
        try:
            magic, checksum = _HEAD.unpack_from(data)
            rest = memoryview(data)[_HEAD.size :]
            if magic != self.magic or crc32(rest) != checksum:
                return None
            _, is_compressed, length = _FORM.unpack_from(rest)
            body = rest[_FORM.size :]
            if is_compressed:
                body = self._decompressed(body)
            arrays = Arrays(body[length:])
            made = read(orjson.loads(body[:length]), arrays)
            return made if arrays.is_all else None
        except _UNREADABLE:
            return None

    def _decompressed(self, written: memoryview) -> memoryview:
        if not 0 <= zstandard.frame_content_size(written) <= self.most_bytes:
            raise ValueError("this would be larger than anything packed here")
        return memoryview(zstandard.ZstdDecompressor().decompress(written))
