"""Back-ends that go on after we gave them up: PostgreSQL cannot always be interrupted, so a tenant gets no more of them."""

import threading
import time
from dataclasses import dataclass, field

import psycopg

from datasources.errors import SourceUnavailable
from datasources.watchdog import watched
from tenants.connections import lease
from tenants.errors import TenantDatabaseError
from tenants.models import Tenant

MOST = 2
ASK_EVERY_SECONDS = 5.0
ASKED_FOR_SECONDS = 0.5


@dataclass
class _Stuck:
    processes: set[int] = field(default_factory=set)
    asked_at: float = 0.0


_stuck: dict[int, _Stuck] = {}
_lock = threading.Lock()


def note_stuck(tenant: Tenant, process: int) -> None:
    """A back-end had to be cut off; it may still be working."""
    with _lock:
        _stuck.setdefault(tenant.pk, _Stuck()).processes.add(process)


def refuse_if_stuck(tenant: Tenant) -> None:
    """Raise SourceUnavailable while two back-ends of the tenant are known to be at it still."""
    with _lock:
        found = _stuck.get(tenant.pk)
        if found is None:
            return
        should_ask = time.monotonic() - found.asked_at > ASK_EVERY_SECONDS
        if should_ask:
            found.asked_at = time.monotonic()
    if should_ask:
        _ask(tenant, found)
    if len(found.processes) >= MOST:
        raise SourceUnavailable("This database is still busy with queries that could not be stopped.", retry_after_seconds=30)


def _ask(tenant: Tenant, found: _Stuck) -> None:
    """Which of them are there still; a role sees its own back-ends without any further right."""
    try:
        with lease(tenant) as connection, watched(connection, timeout_seconds=ASKED_FOR_SECONDS):
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid = ANY(%s) AND state = 'active'", [list(found.processes)]
            ).fetchall()
    except (TenantDatabaseError, psycopg.Error):
        return
    with _lock:
        found.processes.intersection_update(row[0] for row in rows)
        if not found.processes:
            _stuck.pop(tenant.pk, None)
