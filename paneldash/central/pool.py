"""The pool of connections to the central database: psycopg's, made to say at once that there is no server."""

import select
from time import monotonic
from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool, PoolTimeout

SLICE_SECONDS = 0.1
PAUSE_SECONDS = 1.0  # between two looks at a server that is down


class CentralPool(ConnectionPool[Connection[Any]]):
    """Who asks while the server refuses connections waits for one attempt, not for the whole time-out.

    For `PAUSE_SECONDS` after that everybody is refused; then one caller at a time finds out whether it is back.
    Connections the server has closed are replaced unseen, however many, and finding them costs no round trip.
    """

    def __init__(self, **options: Any) -> None:
        self._failures = 0
        self._retry_at = 0.0
        super().__init__(reconnect_timeout=0, reconnect_failed=self._count_failure, **options)

    def getconn(self, timeout: float | None = None) -> Connection[Any]:
        timeout = self.timeout if timeout is None else timeout
        self._refuse_while_down(timeout)
        failures, deadline = self._failures, monotonic() + timeout
        while True:
            try:
                connection = super().getconn(min(SLICE_SECONDS, deadline - monotonic()))
            except PoolTimeout:
                if self._failures > failures:
                    self._retry_at = monotonic() + PAUSE_SECONDS
                    raise PoolTimeout("the central database cannot be reached") from None
                if monotonic() >= deadline:
                    raise
            else:
                self._retry_at = 0.0
                if _is_usable(connection):
                    return connection
                connection.close()
                self.putconn(connection)

    def _refuse_while_down(self, timeout: float) -> None:
        if not self._retry_at:
            return
        if monotonic() < self._retry_at:
            raise PoolTimeout("the central database could not be reached a moment ago")
        self._retry_at = monotonic() + timeout

    def _count_failure(self, _pool: ConnectionPool[Any]) -> None:
        self._failures += 1


def _is_usable(connection: Connection[Any]) -> bool:
    """An idle connection says nothing; one whose server has gone has something to read."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
