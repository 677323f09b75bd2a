"""A thousand tenants, one in ten of them dead, asked by sixteen threads: everything stays within its bounds."""

import gc
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import psycopg
import pytest
from django.db import connections as django_connections

from conftest import WORKER
from paneldash.embedded import EmbeddedServer
from tenants import connections, session_options
from tenants.connections import REGISTERED_AT_ONCE, lease
from tenants.errors import TenantUnreachable
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.pooled import CONNECTING_AT_ONCE
from tenants.tests.proxy import Proxy

TENANTS, THREADS, ASKED_EACH = 1_000, 16, 100
PER_TENANT, TOTAL = 3, 40
DEAD_EVERY = 20  # of these one refuses and one hangs
MOST_MIB = 60


@pytest.fixture
def thousand(
    make_tenant: Callable[..., Tenant], acme_database: dict, globex_database: dict, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> list[Tenant]:
    """Many names for two real databases; some lead to a closed port, some to a host that never speaks."""
    monkeypatch.setattr(session_options, "CONNECT_SECONDS", 2)
    proxy.mode = "silent"
    made = []
    for number in range(TENANTS):
        database = dict(acme_database if number % 2 else globex_database)
        if number % DEAD_EVERY == 0:
            database |= {"host": "127.0.0.1", "port": 1}
        elif number % DEAD_EVERY == 1:
            database |= {"host": "127.0.0.1", "port": proxy.port}
        made.append(make_tenant(f"tenant-{number:04}", database))
    return made


class Asker:
    """Asks tenants at random; keeps what went wrong, how often a healthy one answered while a dead one was waited for, and
    the most that was open."""

    def __init__(self, tenants: list[Tenant], pool: Pool) -> None:
        self.tenants, self.pool = tenants, pool
        self.hanging = {tenant.slug for tenant in tenants[1::DEAD_EVERY]}
        self.waiting: set[int] = set()  # seeds of those who wait for a host that never speaks
        self.meanwhile = 0
        self.foreign: list[str] = []
        self.failed: list[Tenant] = []
        self.most_open, self.most_aliases, self.most_threads = 0, 0, 0

    def ask(self, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(ASKED_EACH):
            tenant = chance.choice(self.tenants)
            if tenant.slug in self.hanging:
                self.waiting.add(seed)
            try:
                with lease(tenant) as connection:
                    row = connection.execute("SELECT current_database()").fetchone()
            except TenantUnreachable:
                self.failed.append(tenant)
            else:
                if row != (tenant.database,):
                    self.foreign.append(tenant.slug)
                self.meanwhile += bool(self.waiting)
            self.waiting.discard(seed)
            self.most_open = max(self.most_open, self.pool.figures()["open"])
            self.most_aliases = max(self.most_aliases, len(django_connections.settings) - 1)
            self.most_threads = max(self.most_threads, threading.active_count())


class Witness:
    """The server's own count of tenants' connections, taken all the while; the most there were, and at last."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server, self.most, self.is_over = server, 0, threading.Event()

    def watch(self) -> None:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as owner:
            while not self.is_over.wait(0.05):
                self.most = max(self.most, self.count(owner))

    def settled(self, at_most: int) -> int:
        """It takes a server a moment to notice that a client has gone."""
        deadline = time.monotonic() + 30
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as owner:
            while (found := self.count(owner)) > at_most and time.monotonic() < deadline:
                time.sleep(0.05)
        return found

    def count(self, owner: psycopg.Connection) -> int:
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE %s"
        return int(owner.execute(query, [rf"%{WORKER}\_reader"]).fetchone()[0])


def test_bounds_hold_and_the_dead_do_not_slow_the_living(
    thousand: list[Tenant], embedded_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 57."""
    pool = Pool(per_tenant=PER_TENANT, total=TOTAL, untried=THREADS - 2)
    monkeypatch.setattr(connections, "_pool", pool)
    threads_before = threading.active_count()
    gc.collect()
    memory = psutil.Process().memory_info().rss
    asker, witness = Asker(thousand, pool), Witness(embedded_server)
    with ThreadPoolExecutor(THREADS + 1) as threads:
        watching = threads.submit(witness.watch)
        list(threads.map(asker.ask, range(THREADS)))
        witness.is_over.set()
        watching.result(30)

    dead = {tenant.slug for number, tenant in enumerate(thousand) if number % DEAD_EVERY < 2}
    assert not asker.foreign
    assert {tenant.slug for tenant in asker.failed} <= dead
    assert len(asker.failed) > 50
    assert asker.meanwhile > THREADS * ASKED_EACH / 10
    assert asker.most_open <= TOTAL
    assert 0 < witness.most <= TOTAL + THREADS  # each thread may have closed one that the server has not noticed yet
    assert witness.settled(TOTAL) <= TOTAL
    assert asker.most_aliases <= REGISTERED_AT_ONCE
    assert asker.most_threads <= threads_before + THREADS + 3  # the witness, the sweeper, the proxy's listener
    assert (psutil.Process().memory_info().rss - memory) / 2**20 < MOST_MIB
    pool.close_all()
    assert {name: pool.figures()[name] for name in ("open", "idle", "in_use")} == {"open": 0, "idle": 0, "in_use": 0}
    assert witness.settled(0) == 0


def test_a_crowd_at_one_dead_tenant_leaves_threads_for_the_others(thousand: list[Tenant], pool: Pool) -> None:
    """The bulkhead: of all who want a tenant that hangs, two wait in connecting; the others queue, and give up in time."""
    hanging, healthy = thousand[1], thousand[2]
    with ThreadPoolExecutor(8) as threads:
        crowd = [threads.submit(_give_up, hanging) for _ in range(6)]
        time.sleep(0.2)
        assert pool._databases[hanging.key].connecting <= CONNECTING_AT_ONCE
        with lease(healthy) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert all(future.result() < 5 for future in crowd)


def _give_up(tenant: Tenant) -> float:
    started = time.monotonic()
    with pytest.raises(TenantUnreachable), lease(tenant):
        pass
    return time.monotonic() - started
