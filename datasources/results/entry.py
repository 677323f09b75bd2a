"""A result as it is kept: its frames, when they were asked for, and a mark that changes with what it says."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from datasources.frame import Frames
from datasources.results.packed import FORM, digest, pack, size_of, unpack

MOST_MADE = 4  # ways to look at one result
MADE_TIMES = 5  # with what is made of it, a result takes so many times its own size

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
        """What `make` makes of these frames, made once. Two threads may both make it: both have what is there first."""
        try:
            return self.made[key]
        except KeyError:
            made = make()
        kept: Made = self.made.setdefault(key, made)
        for oldest in list(self.made)[:-MOST_MADE]:  # a list of its keys is taken in one step, whoever else changes it
            self.made.pop(oldest, None)
        return kept


def make_entry(frames: Frames, *, asked_at: float, elapsed_ms: float) -> Entry:
    """The entry of frames that were just asked for."""
    return Entry(frames, asked_at, digest(frames), elapsed_ms, size_of(frames) * MADE_TIMES)


def packed(entry: Entry) -> bytes:
    """The entry for the store."""
    facts = {"asked_at": entry.asked_at, "etag": entry.etag, "elapsed_ms": entry.elapsed_ms}
    return pack(entry.frames, facts, moment=entry.asked_at)


def unpacked(data: bytes | None, *, not_before: float = -math.inf) -> Entry | None:
    """The entry of a store's bytes; None where there are none, none that can be read, or only what was asked for earlier."""
    if data is None or FORM.moment_of(data) < not_before:
        return None
    return unpack(data, _entry)


def _entry(frames: Frames, facts: Mapping[str, Any]) -> Entry:
    """Raises TypeError, ValueError and KeyError where the facts are not an entry's."""
    asked_at, elapsed_ms = float(facts["asked_at"]), float(facts["elapsed_ms"])
    return Entry(frames, asked_at, str(facts["etag"]), elapsed_ms, size_of(frames) * MADE_TIMES)
