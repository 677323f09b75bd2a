"""What is open to one database, and what a look at a connection tells without asking its server."""

import select
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

import psycopg
from psycopg.pq import TransactionStatus

from tenants.breaker import Breaker

CONNECTING_AT_ONCE = 2  # to one database: a dead host must not take all of a worker's threads for its connect timeout
REPORTED = (
    b"default_transaction_read_only", b"session_authorization", b"client_encoding", b"standard_conforming_strings",
    b"TimeZone", b"DateStyle", b"IntervalStyle", b"application_name", b"search_path",
)  # fmt: skip

Connection = psycopg.Connection
Session = tuple[bytes | None, ...]


@dataclass(slots=True)
class Pooled:
    """`busy` counts connections that are lent out or being made.

    `lent` has those that may come back, and how their session was at first; `era` counts how often all had to go.
    """

    version: Hashable
    busy: int = 0
    connecting: int = 0
    era: int = 0
    has_answered: bool = False
    idle: deque[tuple[Connection, Session, float]] = field(default_factory=deque)
    lent: dict[Connection, Session] = field(default_factory=dict)
    breaker: Breaker = field(default_factory=Breaker)

    @property
    def open(self) -> int:
        return self.busy + len(self.idle)

    @property
    def is_known_to_answer(self) -> bool:
        return self.has_answered and self.breaker.is_quiet

    @property
    def may_connect(self) -> bool:
        """After a failure one tries at a time."""
        return self.connecting < (CONNECTING_AT_ONCE if self.breaker.is_quiet else 1)

    def let_go(self) -> list[Connection]:
        """Start anew: the idle ones, to be closed; none of those lent out or being made will be kept."""
        doomed = [connection for connection, *_ in self.idle]
        self.idle.clear()
        self.lent.clear()
        self.era += 1
        self.breaker = Breaker()
        return doomed


def session_of(connection: Connection) -> Session | None:
    """What the server has reported of the session, which costs no query; None unless it is idle and in autocommit."""
    is_idle = not connection.closed and connection.pgconn.transaction_status == TransactionStatus.IDLE
    if not is_idle or not connection.autocommit:
        return None
    return tuple(map(connection.pgconn.parameter_status, REPORTED))


def is_usable(connection: Connection) -> bool:
    """An idle connection says nothing; one whose server has gone has something to read. Costs no round trip."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)


def close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
