"""Back-ends that go on after we gave them up: PostgreSQL cannot always be interrupted, so a tenant gets no more of them.

A database that takes queries and never says a word is worse: nobody waits for it until one of them was answered.
"""

import threading
import time
from dataclasses import dataclass, field

import psycopg

from datasources.errors import SourceUnavailable
from datasources.watchdog import Watch, watched
from tenants.breaker import Breaker
from tenants.connections import lease
from tenants.database import Database
from tenants.errors import TenantDatabaseError, TenantUnreachable
from tenants.key import Key

MOST = 2
SILENCES = 2  # in a row, whatever their distance: each takes a query's whole time
ASK_EVERY_SECONDS = 5.0
ASKED_FOR_SECONDS = 0.5
SILENT = TenantUnreachable("The database takes queries and does not answer.", detail="silent")


@dataclass
class _Stuck:
    processes: set[int] = field(default_factory=set)
    asked_at: float = 0.0
    breaker: Breaker = field(default_factory=lambda: Breaker(failures=SILENCES, within_seconds=float("inf")))


_stuck: dict[Key, _Stuck] = {}
_lock = threading.Lock()


def note_stuck(database: Database, watch: Watch) -> None:
    """A back-end had to be cut off; it may still be working."""
    with _lock:
        found = _stuck.setdefault(database.key, _Stuck())
        found.processes.add(watch.process)
        if watch.was_silent:
            found.breaker.failed(SILENT)


def note_answer(database: Database) -> None:
    """A query was answered, be it with an error: the database speaks."""
    with _lock:
        found = _stuck.get(database.key)
        if found is None:
            return
        found.breaker.succeeded()
        if not found.processes:
            del _stuck[database.key]


def refuse_if_stuck(database: Database) -> None:
    """Raise SourceUnavailable while two back-ends of the tenant are known to be at it still, or two queries in a row met silence.

    Of those that met silence one is let through now and then, to find out.
    """
    with _lock:
        found = _stuck.get(database.key)
        if found is None:
            return
        should_ask = bool(found.processes) and time.monotonic() - found.asked_at > ASK_EVERY_SECONDS
        if should_ask:
            found.asked_at = time.monotonic()
    if should_ask:
        _ask(database, found)
    if len(found.processes) >= MOST:
        raise SourceUnavailable("This database is still busy with queries that could not be stopped.", retry_after_seconds=30)
    try:
        with _lock:
            found.breaker.check()
    except TenantUnreachable as error:
        raise SourceUnavailable(error.sentence, detail=error.detail, retry_after_seconds=error.retry_after_seconds) from error


def _ask(database: Database, found: _Stuck) -> None:
    """Which of them are there still; a role sees its own back-ends without any further right."""
    try:
        with lease(database) as connection, watched(connection, timeout_seconds=ASKED_FOR_SECONDS):
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid = ANY(%s) AND state = 'active'", [list(found.processes)]
            ).fetchall()
    except (TenantDatabaseError, psycopg.Error):
        return
    with _lock:
        found.processes.intersection_update(row[0] for row in rows)
        if not found.processes:
            found.breaker.allow_probe()
