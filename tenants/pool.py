"""The connections of one process to all tenants: few, reused, bounded for each tenant and in all, without a thread a tenant."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable

from tenants.errors import TenantBusy, TenantUnreachable
from tenants.forks import begin_empty
from tenants.key import Key
from tenants.pooled import Connection, Pooled, close, is_usable, session_of

IDLE_SECONDS = 60.0
SWEEP_SECONDS = 15.0
PROBED_AT_ONCE = 2  # of all databases that failed lately: finding out whether they are back may take two threads
KEPT_BREAKERS = 2_000
REFUSED_LOGIN = ("28000", "28P01")


class Pool:
    """At most `per_tenant` connections to all of a tenant's databases and `total` in all; those used longest ago go first.

    `untried` is how many may be connecting at once to databases not known to answer. The lock is held for bookkeeping only,
    never while connecting or closing.
    """

    def __init__(self, *, per_tenant: int, total: int, untried: int = 6) -> None:
        self.per_tenant, self.total, self.untried = per_tenant, total, untried
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        # One for all databases: where the total is reached, another one's connection is what one waits for.
        self._changed = threading.Condition(self._lock)
        self._databases: OrderedDict[Key, Pooled] = OrderedDict()
        self._of_tenant: dict[int, dict[Key, Pooled]] = {}
        self._sweeper: threading.Thread | None = None
        self._waited = 0

    def borrow(self, key: Key, version: Hashable, connect: Callable[[], Connection], *, wait_seconds: float) -> Connection:
        """An idle connection, or a new one. Raises TenantBusy after `wait_seconds`, and what `connect` raises."""
        deadline = time.monotonic() + wait_seconds
        while True:
            doomed: list[Connection] = []
            try:
                connection = self._take(key, version, deadline, doomed)
            finally:
                close(doomed)
            if connection is None:
                return self._connect(key, version, connect)
            if is_usable(connection):
                return connection
            self._forget(key, connection)
            close([connection])

    def give_back(self, key: Key, connection: Connection) -> None:
        """Keep it for the next one if it is idle, as it was, and none of those that had to go; else close it."""
        session = session_of(connection)
        with self._lock:
            database = self._databases.get(key)
            is_kept = False
            if database is not None:
                database.busy -= 1
                was = database.lent.pop(connection, None)
                if session is not None and session == was:
                    is_kept = True
                    database.idle.append((connection, session, time.monotonic()))
            self._changed.notify_all()
            self._ensure_sweeper()
        if not is_kept:
            close([connection])

    def close(self, tenant: int) -> None:
        """Close idle connections to all of a tenant's databases; lent ones are closed when they come back."""
        with self._lock:
            doomed = [each for database in self._of_tenant.get(tenant, {}).values() for each in database.let_go()]
        close(doomed)

    def close_all(self) -> None:
        for key in list(self._databases):
            self.close(key.tenant)

    def figures(self) -> dict[str, int]:
        """Connections of this process: open, idle, in use, waited (how often somebody had to), tenants (with any open)."""
        with self._lock:
            idle = sum(len(database.idle) for database in self._databases.values())
            busy = sum(database.busy for database in self._databases.values())
            tenants = sum(any(each.open for each in its.values()) for its in self._of_tenant.values())
            return {"open": idle + busy, "idle": idle, "in_use": busy, "waited": self._waited, "tenants": tenants}

    def _take(self, key: Key, version: Hashable, deadline: float, doomed: list[Connection]) -> Connection | None:
        """An idle connection; or None, with a place reserved for a new one. What has to go for it is added to `doomed`."""
        has_waited = False
        with self._lock:
            while True:
                database = self._current(key, version, doomed)
                if database.idle and self._has_place(key, database):
                    connection, session, _ = database.idle.pop()
                    database.busy += 1
                    database.lent[connection] = session
                    return connection
                if self._has_place(key, database) and database.may_connect:
                    database.breaker.refuse()  # before room is made: a dead one must not cost others their connections
                    if not self._leaves_threads(database):
                        database.breaker.doubt()
                    elif self._make_room(key, doomed):
                        database.breaker.check()
                        database.busy += 1
                        database.connecting += 1
                        return None
                if database.connecting and (database.breaker.is_open or database.connecting == database.busy):
                    database.breaker.doubt()
                self._waited += not has_waited
                has_waited = True
                if not self._changed.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise TenantBusy("This database has as many queries running as it may. Please try again in a moment.")

    def _has_place(self, key: Key, database: Pooled) -> bool:
        """Whether the tenant may have one more in use. The last place is for a database of it that has none."""
        its = self._of_tenant[key.tenant].values()
        kept_back = 1 if len(its) > 1 and database.busy else 0
        return sum(each.busy for each in its) < self.per_tenant - kept_back

    def _leaves_threads(self, database: Pooled) -> bool:
        """Whether one more may try a host that is not known to answer. One that hangs holds a thread until its time-out."""
        if database.is_known_to_answer:
            return True
        trying = sum(other.connecting for other in self._databases.values() if not other.is_known_to_answer)
        return trying < (self.untried if database.breaker.is_quiet else PROBED_AT_ONCE)

    def _current(self, key: Key, version: Hashable, doomed: list[Connection]) -> Pooled:
        database = self._databases.get(key)
        if database is None:
            database = self._databases[key] = Pooled(version)
            self._of_tenant.setdefault(key.tenant, {})[key] = database
        if database.version != version:
            doomed.extend(database.let_go())
            database.version = version
        self._databases.move_to_end(key)
        return database

    def _make_room(self, key: Key, doomed: list[Connection]) -> bool:
        """Whether one more may be opened; where a bound is reached, an idle one of what was used longest ago is closed."""
        its = self._of_tenant[key.tenant].values()
        return _is_below(self.per_tenant, its, doomed) and _is_below(self.total, self._databases.values(), doomed)

    def _connect(self, key: Key, version: Hashable, connect: Callable[[], Connection]) -> Connection:
        connection, failure, refused = None, None, False
        with self._lock:
            era = self._databases[key].era
        try:
            connection = connect()
        except TenantUnreachable as error:
            failure, refused = error, error.detail in REFUSED_LOGIN
            raise
        finally:
            with self._lock:
                database = self._databases[key]
                database.connecting -= 1
                database.busy -= connection is None
                is_current = (database.version, database.era) == (version, era)
                if is_current and connection is not None:
                    database.breaker.succeeded()
                    database.has_answered = True
                    database.lent[connection] = session_of(connection) or ()
                elif is_current and failure is not None:
                    database.breaker.failed(failure, at_once=refused)
                self._changed.notify_all()
        return connection

    def _forget(self, key: Key, connection: Connection) -> None:
        with self._lock:
            self._databases[key].busy -= 1
            self._databases[key].lent.pop(connection, None)
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
                if not self._databases:
                    self._sweeper = None
                    return

    def sweep(self, *, idle_seconds: float) -> None:
        """Close what has been idle too long, and forget databases nobody has asked for."""
        doomed: list[Connection] = []
        with self._lock:
            oldest = time.monotonic() - idle_seconds
            for key, database in list(self._databases.items()):
                while database.idle and database.idle[0][2] <= oldest:
                    doomed.append(database.idle.popleft()[0])
                is_forgettable = database.breaker.is_quiet or len(self._databases) > KEPT_BREAKERS
                if not database.open and is_forgettable:
                    self._drop(key)
        close(doomed)

    def _drop(self, key: Key) -> None:
        its = self._of_tenant[key.tenant]
        del self._databases[key], its[key]
        if not its:
            del self._of_tenant[key.tenant]


def _is_below(most: int, databases: Collection[Pooled], doomed: list[Connection]) -> bool:
    """Whether fewer than `most` are open to these, perhaps for one that is now `doomed`."""
    if sum(database.open for database in databases) < most:
        return True
    for database in databases:
        if database.idle:
            doomed.append(database.idle.popleft()[0])
            return True
    return False
