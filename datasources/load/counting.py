"""Counting what this process does, a minute at a time. A thread sends it to the store, so that nobody waits for that."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from datasources.load.minute import Minute
from datasources.store import StoreDown, store
from tenants.connections import pool_figures
from tenants.forks import begin_empty

MINUTE_SECONDS = 60
MINUTES = 5  # that are kept: this one and those before it
KEPT_SECONDS = 60.0 * (MINUTES + 2)
SENT_EVERY_SECONDS = 5.0


class Counting:
    """The last minutes of one process. `clock` is epoch seconds.

    A minute is sent whole, and again while it grows, to a place of its own: what a store that was down did not get it gets
    when it is back.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._minutes: dict[int, Minute] = {}
        self._unsent: set[int] = set()
        self._places: dict[int, str] = {}
        self._running: dict[int, int] = {}
        self._thread: threading.Thread | None = None
        self._worker = f"{socket.gethostname()}:{os.getpid()}"

    @contextmanager
    def running(self, tenant: int) -> Iterator[None]:
        """A query of the tenant runs, or waits for its reader, as long as the block lasts."""
        with self._now() as minute:
            running = self._running[tenant] = self._running.get(tenant, 0) + 1
            one = minute.tenant(tenant)
            one.at_once = max(one.at_once, running)
        try:
            yield
        finally:
            with self._changed:
                self._running[tenant] -= 1

    def worked(self, tenant: int, ms: int, *, queries: int = 1) -> None:
        """The tenant's database worked so long on so many queries."""
        with self._now() as minute:
            one = minute.tenant(tenant)
            one.queries += queries
            one.ms += ms

    def result(self, tenant: int, how: str) -> None:
        with self._now() as minute:
            minute.tenant(tenant).results[how] += 1

    def away(self, tenant: int, reason: str) -> None:
        """The tenant could not be asked."""
        with self._now() as minute:
            minute.tenant(tenant).away[reason] += 1

    def panel(self, tenant: int, panel: int, ms: float) -> None:
        """The panel's queries were asked and took so long."""
        with self._now() as minute:
            one = minute.panel(tenant, panel)
            one.asked += 1
            one.ms += round(ms)
            one.longest_ms = max(one.longest_ms, round(ms))

    def send(self) -> None:
        """Put into the store what is not there yet. Raises StoreDown; then it is still to be sent."""
        with self._sending:
            while (number := self._oldest_unsent()) is not None:
                try:
                    self._send(number)
                except StoreDown:
                    with self._changed:
                        self._unsent |= {number} & self._minutes.keys()
                    raise

    def own(self) -> list[Minute]:
        """What this process has counted itself."""
        with self._changed:
            return [Minute.from_bytes(self._packed(number)) for number in sorted(self._minutes)]

    def _oldest_unsent(self) -> int | None:
        with self._changed:
            return min(self._unsent, default=None)

    def _send(self, number: int) -> None:
        shared = store()
        if number not in self._places:
            self._places[number] = place(number, shared.add(places(number), 1, KEPT_SECONDS))
        with self._changed:
            self._unsent.discard(number)
            data = self._packed(number)
        shared.put(self._places[number], data, KEPT_SECONDS)

    def _packed(self, number: int) -> bytes:
        minute = self._minutes[number]
        minute.worker, minute.connections = self._worker, pool_figures()
        return minute.to_bytes()

    @contextmanager
    def _now(self) -> Iterator[Minute]:
        """This minute, to count in."""
        number = int(self._clock() // MINUTE_SECONDS)
        with self._changed:
            if number not in self._minutes:
                self._begin(number)
            if not self._unsent:
                self._changed.notify()
            self._unsent.add(number)
            yield self._minutes[number]

    def _begin(self, number: int) -> None:
        self._minutes[number] = Minute()
        for old in [one for one in self._minutes if one <= number - MINUTES]:
            del self._minutes[old]
            self._unsent.discard(old)
            self._places.pop(old, None)
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_sending, name="load", daemon=True)
            self._thread.start()

    def _keep_sending(self) -> None:
        while True:
            with self._changed:
                while not self._unsent:
                    self._changed.wait()
            time.sleep(SENT_EVERY_SECONDS)
            with suppress(StoreDown):
                self.send()


def places(number: int) -> str:
    """The counter of the workers that have sent a minute."""
    return f"load:{number}"


def place(number: int, worker: int) -> str:
    """Where the first, the second … worker's minute stands."""
    return f"load:{number}:{worker}"


load = Counting()
