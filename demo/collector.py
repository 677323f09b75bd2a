"""Keeps the demo alive: this machine's measurements every few seconds, and what happens at invented servers."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event

import psutil
import psycopg

from demo.databases import database_name, owner_connection
from demo.fill import fill
from demo.tenants import TENANTS, THIS_MACHINE, DemoTenant

MEASURE_SECONDS = 5
FIRST_SECONDS = 0.5  # so that the first page has something to show
FILL_SECONDS = 60
LONGEST_GAP = timedelta(days=30)
NEWEST = """
SELECT greatest((SELECT max(recorded_at) FROM metrics WHERE server_name = ANY(%s)),
                (SELECT max(logged_at) FROM logs), (SELECT max(ordered_at) FROM orders))
"""
INSERT = "INSERT INTO metrics VALUES (now(), %s, %s, %s, %s, %s, %s, %s)"


def collect(*, stopped: Event, say: Callable[[str], None]) -> None:
    """Run until told to stop. A database that is away is tried again with the next measurement."""
    psutil.cpu_percent()
    traffic, measured_at, next_fill = psutil.net_io_counters(), time.monotonic(), 0.0
    filled_until: dict[str, datetime] = {}
    while not stopped.wait(MEASURE_SECONDS if next_fill else FIRST_SECONDS):
        now, counters = time.monotonic(), psutil.net_io_counters()
        seconds = now - measured_at
        received = (counters.bytes_recv - traffic.bytes_recv) / seconds
        sent = (counters.bytes_sent - traffic.bytes_sent) / seconds
        row = measure(received, sent)
        traffic, measured_at = counters, now
        for tenant in TENANTS:
            try:
                with owner_connection(database_name(tenant)) as connection:
                    connection.execute(INSERT, row)
                    if now >= next_fill:
                        filled_until[tenant.slug] = catch_up(connection, tenant, filled_until.get(tenant.slug))
            except psycopg.Error as error:
                say(f"{tenant.slug}: not written ({type(error).__name__}); trying again in {MEASURE_SECONDS} s")
        next_fill = now + FILL_SECONDS if now >= next_fill else next_fill


def measure(received: float, sent: float) -> tuple[str, float, float, float, float, float, float]:
    """One row of `metrics` for this machine; traffic in bytes a second."""
    return (
        THIS_MACHINE,
        psutil.cpu_percent(),
        psutil.virtual_memory().percent,
        psutil.disk_usage("/").percent,
        psutil.getloadavg()[0],
        received,
        sent,
    )


def catch_up(connection: psycopg.Connection, tenant: DemoTenant, filled_until: datetime | None) -> datetime:
    """What happened at the invented servers since they were last filled, or since the last row; answers until when it is."""
    now = datetime.now(UTC)
    if filled_until is None:
        found = connection.execute(NEWEST, [list(tenant.servers)]).fetchone()
        last = found[0] if found and found[0] else now - tenant.history
        filled_until = min(last.astimezone(UTC) + timedelta(seconds=1), now)
    fill(connection, tenant, max(filled_until, now - LONGEST_GAP), now)
    return now
