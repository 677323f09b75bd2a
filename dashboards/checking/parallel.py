"""Tenants asked several at a time, in threads: what comes first is answered first."""

import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LONG_SECONDS = 1.0
TICK_SECONDS = 0.5


@dataclass(slots=True)
class Lane:
    """Where one is asked. `is_reached`: it answers, and takes what time it needs; what may be dead has not got so far."""

    is_reached: bool = False
    began_at: float = field(default_factory=time.monotonic)

    @property
    def is_long(self) -> bool:
        return self.is_reached and time.monotonic() - self.began_at > LONG_SECONDS


def each(
    items: Iterable[Item], ask: Callable[[Item, Lane], Answer], *, at_once: int, most: int | None = None
) -> Generator[Answer | None]:
    """What `ask` says of each, `at_once` of them; None where nothing came for half a second, so that the reader may look up.

    Beside those that are long at work others begin, up to `most`. Whoever closes the iterator waits for nobody: none begins
    any more, and those that are asked come to their end unheard.
    """
    threads = ThreadPoolExecutor(max(1, most or at_once), thread_name_prefix="tenants")
    waiting = iter(items)
    asked: dict[Future[Answer], Lane] = {}
    try:
        while True:
            while sum(not lane.is_long for lane in asked.values()) < max(1, at_once) and len(asked) < max(1, most or at_once):
                try:
                    item = next(waiting)
                except StopIteration:
                    break
                lane = Lane()
                asked[threads.submit(ask, item, lane)] = lane
            if not asked:
                return
            done, _ = wait(asked, timeout=TICK_SECONDS, return_when=FIRST_COMPLETED)
            if not done:
                yield None
            for future in done:
                del asked[future]
                yield future.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
