"""Saying something once in a while: what is asked for again and again is recorded at its first time, then after a pause."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Seldom:
    """Whether the time has come again for a key, of the `most` last ones. Each process counts by itself."""

    def __init__(self, *, every_seconds: float, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_seconds, self._most, self._clock = every_seconds, most, clock
        self._lock = threading.Lock()
        self._last: OrderedDict[Hashable, float] = OrderedDict()

    def is_due(self, key: Hashable) -> bool:
        """True once, then False for as long as the pause lasts."""
        now = self._clock()
        with self._lock:
            last = self._last.get(key)
            if last is not None and now - last < self._every_seconds:
                return False
            self._last[key] = now
            self._last.move_to_end(key)
            if len(self._last) > self._most:
                self._last.popitem(last=False)
            return True

    def forget(self) -> None:
        with self._lock:
            self._last.clear()
