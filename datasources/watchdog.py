"""A clock outside the database: cancels a query that outlives its time, and closes the socket of one that cannot be cancelled."""

import contextlib
import heapq
import itertools
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg

from datasources.stopping import stopping
from tenants.forks import begin_empty

CANCEL_AFTER_SECONDS = 0.5
CLOSE_AFTER_SECONDS = 3.0
STOP_EVERY_SECONDS = 0.5


@dataclass(eq=False)
class Watch:
    """One watched connection. `fired` says what had to be done, if anything: `cancel`, then `close`.

    `is_stopped`: its asker has left, and its time was not over yet.
    `was_silent`: when it was closed, the server had said nothing that nobody had read yet; a slow reader's has.
    `process` is the back-end's, asked for while the connection lives: a closed one no longer knows.
    """

    connection: psycopg.Connection
    process: int
    fired: str = ""
    is_stopped: bool = False
    was_silent: bool = False
    is_over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, what: str) -> None:
        with self.lock:
            if self.is_over:
                return
            self.fired = what
        threading.Thread(target=_cancel if what == "cancel" else _close, args=(self,), daemon=True).start()

    def stop(self) -> None:
        """Cancel before its time, and again until it is over: between two statements a server does not hear it."""
        if self.is_over or self.fired == "close":
            return
        self.is_stopped = True
        self.act("cancel")
        _clock.at(time.monotonic() + STOP_EVERY_SECONDS, self.stop)


class _Clock:
    """One thread for all watches of the process, started with the first; asleep unless something is due."""

    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def at(self, moment: float, action: Callable[[], None]) -> None:
        with self._changed:
            heapq.heappush(self._due, (moment, next(self._numbers), action))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            if self._due[0][0] == moment:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                action = heapq.heappop(self._due)[2]
            action()


_clock = _Clock()


@contextlib.contextmanager
def watched(connection: psycopg.Connection, *, timeout_seconds: float) -> Iterator[Watch]:
    """Within the block the connection is cancelled 0.5 s after the timeout, and cut off 3 s after it.

    Cancelled earlier, too, where its asker leaves. Raises QueryStopped where that has happened.
    """
    watch = Watch(connection, connection.info.backend_pid)
    started = time.monotonic()
    _clock.at(started + timeout_seconds + CANCEL_AFTER_SECONDS, lambda: watch.act("cancel"))
    _clock.at(started + timeout_seconds + CLOSE_AFTER_SECONDS, lambda: watch.act("close"))
    try:
        with stopping(watch):
            yield watch
    finally:
        with watch.lock:
            watch.is_over = True
        if watch.fired:
            connection.close()  # a cancel on its way would meet whoever has the connection next


def _cancel(watch: Watch) -> None:
    """Ask the server to stop. A server that does not hear that either is cut off in a moment."""
    with contextlib.suppress(psycopg.Error):
        watch.connection.cancel_safe(timeout=1.0)


def _close(watch: Watch) -> None:
    """Shut the socket down under libpq: the waiting thread gets an error at once, whatever the server does."""
    if not watch.connection.closed:
        with socket.socket(fileno=os.dup(watch.connection.fileno())) as duplicate:
            watch.was_silent = not _has_something_to_read(duplicate)
            duplicate.shutdown(socket.SHUT_RDWR)


def _has_something_to_read(wire: socket.socket) -> bool:
    poll = select.poll()
    poll.register(wire, select.POLLIN)
    return bool(poll.poll(0))
