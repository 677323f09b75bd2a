"""A result as it is kept: its frames, when they were asked for, and a mark that changes with what it says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from datasources.frame import Frames
from datasources.results.packed import digest, pack, size_of, unpack

MOST_MADE = 16  # ways to look at one result
MADE_TIMES = 3  # with what is made of it, a result takes so many times its own size

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Entry:
    """`asked_at` is when its source was asked, in epoch seconds.

    `etag` is of its values alone, not of the time they took. `size` in bytes. `made` holds what was made from it, as long as
    it is kept: see `once`.
    """

    frames: Frames
    asked_at: float
    etag: str
    elapsed_ms: float
    size: int
    made: dict[Any, Any] = field(default_factory=dict, compare=False)

    def once(self, key: Any, make: Callable[[], Made]) -> Made:
        """What `make` makes of these frames, made once. Two threads may both make it; one of them is kept."""
        try:
            return self.made[key]
        except KeyError:
            made = make()
        if len(self.made) >= MOST_MADE:
            self.made.clear()
        self.made[key] = made
        return made


def packed(frames: Frames, *, asked_at: float, elapsed_ms: float) -> tuple[Entry, bytes]:
    """The entry of frames that were just asked for, and its bytes for the store."""
    facts = {"asked_at": asked_at, "etag": digest(frames), "elapsed_ms": elapsed_ms}
    return _entry(frames, facts), pack(frames, facts)


def unpacked(data: bytes | None) -> Entry | None:
    """The entry of a store's bytes; None where there are none, or none that can be read."""
    found = unpack(data) if data is not None else None
    return _entry(*found) if found is not None else None


def _entry(frames: Frames, facts: dict[str, Any]) -> Entry:
    return Entry(frames, size=size_of(frames) * MADE_TIMES, **facts)
