"""A store that failed is left alone for a while."""

import threading
from collections.abc import Callable
from time import monotonic

from datasources.store.base import StoreDown

REST_SECONDS = 5.0


class Rest:
    """After a failure nobody asks for `seconds`; then one caller at a time finds out whether the store is back."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._ends_at: float | None = None

    @property
    def is_on(self) -> bool:
        return self._ends_at is not None

    def refuse(self) -> None:
        """Raise StoreDown while it lasts. Who gets through after it is the probe."""
        if not self.is_on:
            return
        with self._lock:
            if self._ends_at is not None and self._clock() < self._ends_at:
                raise StoreDown("The shared store failed a moment ago.")
            self._ends_at = self._clock() + self.seconds

    def begin(self) -> None:
        with self._lock:
            self._ends_at = self._clock() + self.seconds

    def end(self) -> None:
        self._ends_at = None
