"""Pieces of a dashboard's document as they are stored: each read by itself, and known when they are read again."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from dashboards.panels.parts import Strict

Piece = TypeVar("Piece")


def reader(kind: TypeAdapter[Piece]) -> Callable[[Any], tuple[Piece, ...]]:
    """What reads stored pieces. One that is not valid any more is not there, so that it does not take the page with it."""

    @lru_cache(maxsize=1_024)
    def read(text: bytes) -> tuple[Piece, ...]:
        found = []
        for raw in orjson.loads(text):
            try:
                found.append(kind.validate_python(raw))
            except ValidationError:
                continue
        return tuple(found)

    return lambda raw: read(orjson.dumps(raw)) if raw else ()


def dumped(pieces: Sequence[Strict]) -> list[dict[str, Any]]:
    """As they are stored: what a document does not say is not there."""
    return [piece.model_dump(mode="json", exclude_unset=True) for piece in pieces]
