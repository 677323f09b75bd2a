"""Tails: of a chart that a page has already, the points that are not the same, found without knowing what it was like.

A figure's points are cut into blocks of equal steps, counted from the epoch: the next figure has the same ones, moved on. A
page says the digests of the blocks it holds, and is sent those that differ: the newest, and corrected ones wherever they are.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

USUAL_BLOCKS, LEAST_STEPS = 48, 4
DIGEST_BYTES, DIGEST_LETTERS = 6, 8
_HELD = re.compile(r"([\w-]{8})\.(\d{1,5})\.(-?\d{1,12})\.((?:[\w-]{8}){1,200})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody holds of a figure: blocks of `size` steps, one digest each, `first` the number of the first one.

    `head` is of all that is drawn besides the points. Digests have 48 bits: two blocks that differ hardly ever share one.
    """

    head: str
    size: int
    first: int
    digests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.head}.{self.size}.{self.first}.{''.join(self.digests)}"

    def numbered(self) -> dict[int, str]:
        return dict(enumerate(self.digests, self.first))


def read_held(text: str) -> Held | None:
    """What a page says that it holds; None where that says nothing."""
    found = _HELD.fullmatch(text)
    if found is None:
        return None
    head, size, first, run = found.groups()
    digests = tuple(run[place : place + DIGEST_LETTERS] for place in range(0, len(run), DIGEST_LETTERS))
    return Held(head, int(size), int(first), digests)


def hold(figure: dict[str, Any], *, beside: Any) -> Held | None:
    """What a page holds that draws this figure; `beside` is what stands there with it. None where steps are not equal."""
    traces = figure["data"]
    if not traces or any("x0" not in trace for trace in traces):
        return None
    columns = np.array([trace["y"] for trace in traces], dtype=np.float64).T.copy()
    start, phase = divmod(traces[0]["x0"], traces[0]["dx"])
    size = _block_size(len(columns))
    blocks = list(_blocks(start, len(columns), size))
    digests = [_digest(b"%d " % (first % size) + columns[first - start : stop - start].tobytes()) for first, stop in blocks]
    fixed = [{name: value for name, value in trace.items() if name not in {"x0", "y"}} for trace in traces]
    head = _digest(orjson.dumps([fixed, phase, beside], option=orjson.OPT_SERIALIZE_NUMPY))
    return Held(head, size, start // size, tuple(digests))


def tail(figure: dict[str, Any], now: Held, shown: Held) -> dict[str, Any] | None:
    """What makes the figure `shown` the one held `now`; None where that is most of it.

    `x0` and `steps` say where it stands, `parts` are places among the steps with the points of each trace from there on.
    """
    if (now.head, now.size) != (shown.head, shown.size):
        return None
    known, traces = shown.numbered(), figure["data"]
    start, steps = traces[0]["x0"] // traces[0]["dx"], len(traces[0]["y"])
    changed = [
        (first - start, stop - start)
        for (first, stop), (number, digest) in zip(_blocks(start, steps, now.size), now.numbered().items(), strict=True)
        if known.get(number) != digest
    ]
    if 2 * len(changed) > len(now.digests):
        return None
    parts = [(first, [trace["y"][first:stop] for trace in traces]) for first, stop in changed]
    return {"x0": traces[0]["x0"], "steps": steps, "parts": parts, "layout": figure["layout"], "held": str(now)}


def _blocks(start: int, steps: int, size: int) -> Iterator[tuple[int, int]]:
    """The first step of each block and the one after its last, of `steps` from `start` on."""
    stop = start + steps
    while start < stop:
        end = min(stop, (start // size + 1) * size)
        yield start, end
        start = end


def _block_size(steps: int) -> int:
    """A power of two, so that a figure that is a step longer is cut as it was."""
    return max(LEAST_STEPS, 1 << max(0, (steps - 1) // USUAL_BLOCKS).bit_length())


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()).decode()
