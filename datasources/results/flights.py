"""One flight: of those who ask for the same at the same moment one goes, the others wait. Over threads, processes and hosts."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

from datasources.results.entry import Entry
from datasources.store import Landing, Store, StoreDown
from tenants.forks import begin_empty

LEASE_SECONDS = 6.0  # so long a leader that was killed holds the others up
EXTENDED_EVERY_SECONDS = 2.0

log = logging.getLogger(__name__)


class Threads:
    """The flights of this process's threads."""

    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[str, Future[Entry]] = {}

    def board(self, key: str) -> tuple[Future[Entry], bool]:
        """The flight under a key, and whether the caller leads it: then `land` it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            self._flights[key] = flight = Future()
            return flight, True

    @contextmanager
    def leading(self, key: str, flight: Future[Entry]) -> Iterator[None]:
        """The block's error is that of all who wait; one that ends a thread or a process is its own, and the flight is off."""
        try:
            yield
        except Exception as error:
            self._land(key)
            flight.set_exception(error)
            raise
        except BaseException:
            self._land(key)
            flight.cancel()
            raise
        self._land(key)

    def _land(self, key: str) -> None:
        with self._lock:
            del self._flights[key]


class Lease:
    """A lease of the store, held for as long as the work takes: one thread extends all those of the process."""

    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[tuple[str, str], Store] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def held(self, store: Store, key: str, token: str) -> Iterator[None]:
        with self._changed:
            self._held[key, token] = store
            if self._thread is None:
                self._thread = threading.Thread(target=self._extend, name="leases", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._held[key, token]

    def _extend(self) -> None:
        while True:
            with self._changed:
                while not self._held:
                    self._changed.wait()
                self._changed.wait_for(lambda: False, EXTENDED_EVERY_SECONDS)  # whoever else comes to hold one meanwhile
                held = dict(self._held)
            for (key, token), store in held.items():
                with suppress(StoreDown):
                    store.extend(key, token, LEASE_SECONDS)


def release(store: Store, key: str, token: str, outcome: bytes | None = None) -> None:
    """End one's lease. A store that is down ends it by itself."""
    with suppress(StoreDown):
        store.release(key, token, outcome)


def wait(store: Store, key: str, seconds: float) -> Landing | None:
    """The landing of who leads; None when it takes too long. A store that goes down meanwhile is a landing without a word."""
    try:
        return store.wait(key, seconds)
    except StoreDown:
        return Landing()
