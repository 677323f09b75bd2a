"""The connections of one process to all tenants: few, reused, bounded for each tenant and in all, without a thread a tenant."""

import select
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from psycopg.pq import TransactionStatus

from tenants.breaker import Breaker
from tenants.errors import TenantBusy, TenantUnreachable
from tenants.forks import begin_empty

IDLE_SECONDS = 60.0
SWEEP_SECONDS = 15.0
CONNECTING_AT_ONCE = 2  # of one tenant: a dead host must not take all of a worker's threads for its connect timeout
PROBED_AT_ONCE = 2  # of all tenants that failed lately: finding out whether they are back may take two threads
KEPT_BREAKERS = 2_000
REFUSED_LOGIN = ("28000", "28P01")
REPORTED = (
    b"default_transaction_read_only", b"session_authorization", b"client_encoding", b"standard_conforming_strings",
    b"TimeZone", b"DateStyle", b"IntervalStyle", b"application_name", b"search_path",
)  # fmt: skip

Connection = psycopg.Connection
Key = int
Session = tuple[bytes | None, ...]


@dataclass(slots=True)
class _Tenant:
    """What is open to one tenant. `busy` counts connections that are lent out or being made.

    `lent` has those that may come back, and how their session was at first; `era` counts how often all had to go.
    """

    version: int
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


class Pool:
    """At most `per_tenant` connections to a tenant and `total` in all; the least recently used tenant's idle ones go first.

    `untried` is how many may be connecting at once to tenants not known to answer. The lock is held for bookkeeping only,
    never while connecting or closing.
    """

    def __init__(self, *, per_tenant: int, total: int, untried: int = 6) -> None:
        self.per_tenant, self.total, self.untried = per_tenant, total, untried
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        # One for all tenants: where the total is reached, another tenant's connection is what one waits for.
        self._changed = threading.Condition(self._lock)
        self._tenants: OrderedDict[Key, _Tenant] = OrderedDict()
        self._sweeper: threading.Thread | None = None
        self._waited = 0

    def borrow(self, key: Key, version: int, connect: Callable[[], Connection], *, wait_seconds: float) -> Connection:
        """An idle connection, or a new one. Raises TenantBusy after `wait_seconds`, and what `connect` raises."""
        deadline = time.monotonic() + wait_seconds
        while True:
            doomed: list[Connection] = []
            try:
                connection = self._take(key, version, deadline, doomed)
            finally:
                _close(doomed)
            if connection is None:
                return self._connect(key, version, connect)
            if _is_usable(connection):
                return connection
            self._forget(key, connection)
            _close([connection])

    def give_back(self, key: Key, connection: Connection) -> None:
        """Keep it for the next one if it is idle, as it was, and none of those that had to go; else close it."""
        session = _session(connection)
        with self._lock:
            tenant = self._tenants.get(key)
            is_kept = False
            if tenant is not None:
                tenant.busy -= 1
                was = tenant.lent.pop(connection, None)
                if session is not None and session == was:
                    is_kept = True
                    tenant.idle.append((connection, session, time.monotonic()))
            self._changed.notify_all()
            self._ensure_sweeper()
        if not is_kept:
            _close([connection])

    def close(self, key: Key) -> None:
        """Close a tenant's idle connections; lent ones are closed when they come back."""
        with self._lock:
            tenant = self._tenants.get(key)
            doomed = tenant.let_go() if tenant else []
        _close(doomed)

    def close_all(self) -> None:
        for key in list(self._tenants):
            self.close(key)

    def figures(self) -> dict[str, int]:
        """Connections of this process: open, idle, in use, waited (how often somebody had to), tenants (with any open)."""
        with self._lock:
            idle = sum(len(tenant.idle) for tenant in self._tenants.values())
            busy = sum(tenant.busy for tenant in self._tenants.values())
            tenants = sum(1 for tenant in self._tenants.values() if tenant.open)
            return {"open": idle + busy, "idle": idle, "in_use": busy, "waited": self._waited, "tenants": tenants}

    def _take(self, key: Key, version: int, deadline: float, doomed: list[Connection]) -> Connection | None:
        """An idle connection; or None, with a place reserved for a new one. What has to go for it is added to `doomed`."""
        has_waited = False
        with self._lock:
            while True:
                tenant = self._current(key, version, doomed)
                if tenant.idle:
                    connection, session, _ = tenant.idle.pop()
                    tenant.busy += 1
                    tenant.lent[connection] = session
                    return connection
                if tenant.busy < self.per_tenant and tenant.may_connect:
                    tenant.breaker.refuse()  # before room is made: a dead tenant must not cost others their connections
                    if not self._leaves_threads(tenant):
                        tenant.breaker.doubt()
                    elif self._make_room(doomed):
                        tenant.breaker.check()
                        tenant.busy += 1
                        tenant.connecting += 1
                        return None
                if tenant.connecting and (tenant.breaker.is_open or tenant.connecting == tenant.busy):
                    tenant.breaker.doubt()
                self._waited += not has_waited
                has_waited = True
                if not self._changed.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise TenantBusy("This database has as many queries running as it may. Please try again in a moment.")

    def _leaves_threads(self, tenant: _Tenant) -> bool:
        """Whether one more may try a tenant that is not known to answer. A host that hangs holds a thread until its time-out."""
        if tenant.is_known_to_answer:
            return True
        trying = sum(other.connecting for other in self._tenants.values() if not other.is_known_to_answer)
        return trying < (self.untried if tenant.breaker.is_quiet else PROBED_AT_ONCE)

    def _current(self, key: Key, version: int, doomed: list[Connection]) -> _Tenant:
        tenant = self._tenants.get(key)
        if tenant is None:
            tenant = self._tenants[key] = _Tenant(version)
        if tenant.version != version:
            doomed.extend(tenant.let_go())
            tenant.version = version
        self._tenants.move_to_end(key)
        return tenant

    def _make_room(self, doomed: list[Connection]) -> bool:
        """Whether one more may be opened; closes an idle one of the tenant used longest ago where the total is reached."""
        if sum(tenant.open for tenant in self._tenants.values()) < self.total:
            return True
        for tenant in self._tenants.values():
            if tenant.idle:
                doomed.append(tenant.idle.popleft()[0])
                return True
        return False

    def _connect(self, key: Key, version: int, connect: Callable[[], Connection]) -> Connection:
        connection, failure, refused = None, None, False
        with self._lock:
            era = self._tenants[key].era
        try:
            connection = connect()
        except TenantUnreachable as error:
            failure, refused = error, error.detail in REFUSED_LOGIN
            raise
        finally:
            with self._lock:
                tenant = self._tenants[key]
                tenant.connecting -= 1
                tenant.busy -= connection is None
                is_current = (tenant.version, tenant.era) == (version, era)
                if is_current and connection is not None:
                    tenant.breaker.succeeded()
                    tenant.has_answered = True
                    tenant.lent[connection] = _session(connection) or ()
                elif is_current and failure is not None:
                    tenant.breaker.failed(failure, at_once=refused)
                self._changed.notify_all()
        return connection

    def _forget(self, key: Key, connection: Connection) -> None:
        with self._lock:
            self._tenants[key].busy -= 1
            self._tenants[key].lent.pop(connection, None)
            self._changed.notify_all()

    def _ensure_sweeper(self) -> None:
        if self._sweeper is None or not self._sweeper.is_alive():
            self._sweeper = threading.Thread(target=self._keep_sweeping, name="tenant-connections", daemon=True)
            self._sweeper.start()

    def _keep_sweeping(self) -> None:
        """Until there is nothing to sweep; the next connection that is given back starts it again."""
        while True:
            time.sleep(SWEEP_SECONDS)
            self.sweep(idle_seconds=IDLE_SECONDS)
            with self._lock:
                if not self._tenants:
                    self._sweeper = None
                    return

    def sweep(self, *, idle_seconds: float) -> None:
        """Close what has been idle too long, and forget tenants nobody has asked for."""
        doomed: list[Connection] = []
        with self._lock:
            oldest = time.monotonic() - idle_seconds
            for key, tenant in list(self._tenants.items()):
                while tenant.idle and tenant.idle[0][2] <= oldest:
                    doomed.append(tenant.idle.popleft()[0])
                is_forgettable = tenant.breaker.is_quiet or len(self._tenants) > KEPT_BREAKERS
                if not tenant.open and is_forgettable:
                    del self._tenants[key]
        _close(doomed)


def _session(connection: Connection) -> Session | None:
    """What the server has reported of the session, which costs no query; None unless it is idle and in autocommit."""
    is_idle = not connection.closed and connection.pgconn.transaction_status == TransactionStatus.IDLE
    if not is_idle or not connection.autocommit:
        return None
    return tuple(map(connection.pgconn.parameter_status, REPORTED))


def _is_usable(connection: Connection) -> bool:
    """An idle connection says nothing; one whose server has gone has something to read. Costs no round trip."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
