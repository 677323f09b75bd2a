"""Bytes with a description and arrays: what was packed comes back, and nothing that anybody made up is an error."""

import math
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as some

from datasources.packing import Arrays, Form

FORM = Form(b"TT1", most_bytes=10_000)
AGAIN = Form(b"TT2", most_bytes=10_000)


def read(described: Any, arrays: Arrays) -> tuple[Any, list[float]]:
    return described, arrays.take(described["count"]).tolist()


def signed(rest: bytes) -> bytes:
    """What somebody else wrote, with the right head."""
    return FORM.magic + crc32(rest).to_bytes(4, "big") + rest


@given(some.lists(some.floats(allow_nan=False)), some.floats(allow_nan=False))
def test_what_was_packed_comes_back(numbers: list[float], moment: float) -> None:
    data = FORM.pack({"count": len(numbers)}, [np.array(numbers, dtype=np.float64)], moment=moment)
    assert FORM.unpack(data, read) == ({"count": len(numbers)}, numbers)
    assert FORM.moment_of(data) == moment


def test_another_version_is_not_read() -> None:
    data = FORM.pack({"count": 0}, [])
    assert AGAIN.unpack(data, read) is None
    assert AGAIN.moment_of(data) == -math.inf


def test_it_is_compressed_where_that_pays() -> None:
    assert len(FORM.pack({"count": 1_000}, [np.zeros(1_000)])) < 100
    noise = np.random.default_rng(7).random(1_000)
    assert len(FORM.pack({"count": 1_000}, [noise])) < noise.nbytes + 40


@pytest.mark.parametrize("count", [1, 3, -1, 2.0, "2", None, 10**18, [2]])
def test_arrays_that_are_not_as_described_are_nothing(count: Any) -> None:
    assert FORM.unpack(FORM.pack({"count": count}, [np.zeros(2)]), read) is None


def test_what_would_be_larger_than_anything_packed_is_not_unpacked() -> None:
    assert FORM.unpack(FORM.pack({"count": 5_000}, [np.zeros(5_000)]), read) is None
    endless = zstandard.ZstdCompressor().compressobj()  # which says nothing of its size
    assert FORM.unpack(signed(bytes(8) + b"\1" + bytes(4) + endless.compress(bytes(10**7)) + endless.flush()), read) is None


@given(some.binary(max_size=300))
def test_made_up_bytes_are_nothing(data: bytes) -> None:
    assert FORM.unpack(data, read) is None
    assert FORM.unpack(signed(data), read) is None
