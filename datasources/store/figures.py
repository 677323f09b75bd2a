"""What the store counts: for Prometheus over all workers, and for a page about this process."""

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import prometheus_client

Event = Literal["hit", "miss", "put", "error"]

EVENTS = prometheus_client.Counter(
    "paneldash_store_events", "Reads that hit or missed, puts, and failures of the store", ["event"]
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of this process; `bytes` is what the whole store holds, None while it is down."""

    hits: int
    misses: int
    puts: int
    errors: int
    bytes: int | None
    is_down: bool


class Tally:
    """Counts events, by any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Event] = Counter()

    def count(self, event: Event, times: int = 1) -> None:
        if times:
            EVENTS.labels(event).inc(times)
            with self._lock:
                self._counts[event] += times

    def of(self, event: Event) -> int:
        return self._counts[event]
