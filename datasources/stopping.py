"""Queries for somebody who may leave: what runs of them is then cancelled, and no further one begins."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from datasources.errors import QueryStopped

STOPPED = "The query was stopped: nobody waits for it any more."


class Running(Protocol):
    """A query that can be ended."""

    def stop(self) -> None: ...


class Stopper:
    """For one asker, whose queries may run in several threads: each begins what it asks within `heard`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Running] = []
        self._is_stopped = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """What this thread asks within the block ends when it is stopped."""
        before = _stopper.set(self)
        try:
            yield
        finally:
            _stopper.reset(before)

    @contextmanager
    def _stops(self, query: Running) -> Iterator[None]:
        with self._lock:
            if self._is_stopped:
                raise QueryStopped(STOPPED)
            self._running.append(query)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(query)

    def stop(self) -> None:
        with self._lock:
            self._is_stopped, running = True, list(self._running)
        for query in running:
            query.stop()


_stopper: ContextVar[Stopper | None] = ContextVar("stopper", default=None)


@contextmanager
def stopping(query: Running) -> Iterator[None]:
    """Within the block the query ends when its asker leaves. Raises QueryStopped where that has happened."""
    stopper = _stopper.get()
    if stopper is None:
        yield
        return
    with stopper._stops(query):
        yield
