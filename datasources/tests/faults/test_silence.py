"""A server that hears nothing or says nothing: it is cut off, left alone, and asked again later."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from datasources import stuck
from datasources.base import Limits
from datasources.errors import QueryTimeout, SourceUnavailable
from datasources.executor import stream
from datasources.statement import Statement
from datasources.tests.faults.asking import SLOW, ask, wait_until
from datasources.watchdog import Watch
from paneldash.embedded import EmbeddedServer
from tenants import connections
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.tests.proxy import Proxy

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")


@contextmanager
def stopped(process: int, *, after_seconds: float = 0.0) -> Iterator[None]:
    """A back-end that does nothing at all, as one does in a loop PostgreSQL does not leave.

    It goes on by itself in the end, so that who waits for it fails and does not hang.
    """
    stopper = threading.Timer(after_seconds, os.kill, (process, signal.SIGSTOP))
    releaser = threading.Timer(60, os.kill, (process, signal.SIGCONT))
    stopper.start()
    releaser.start()
    try:
        yield
    finally:
        stopper.join()
        releaser.cancel()
        os.kill(process, signal.SIGCONT)


def is_stopped(process: int) -> bool:
    return "State:\tT" in Path(f"/proc/{process}/status").read_text()


def is_there(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def back_end(tenant: Tenant) -> int:
    with connections.lease(tenant) as connection:
        return connection.info.backend_pid


def test_a_back_end_that_hears_nothing_is_cut_off(things: Tenant, pool: Pool) -> None:
    """Fault 8: the socket is closed, whatever the server does."""
    ask(things)
    process = back_end(things)
    with stopped(process, after_seconds=0.2):
        with pytest.raises(QueryTimeout):
            ask(things, SLOW)
        assert is_stopped(process)
    assert pool.figures()["in_use"] == 0
    assert ask(things) == 3_000


def test_a_server_that_is_silent_from_the_start_stops_nobody_else(things: Tenant, pool: Pool) -> None:
    """Fault 8: libpq's own waiting calls hold the GIL, so that no thread of the process would run."""
    ask(things)
    ticks = []
    with stopped(back_end(things)), ThreadPoolExecutor(1) as threads:
        time.sleep(0.1)
        hanging = threads.submit(ask, things, "SELECT 'never asked before'")
        while not hanging.done():
            ticks.append(time.sleep(0.05))
        assert isinstance(hanging.exception(), QueryTimeout)
    assert len(ticks) > 4  # with the GIL held, one or two


def test_two_back_ends_that_cannot_be_stopped_are_enough(things: Tenant, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault 8: a database that is busy in vain gets no more queries, until it is seen to be done."""
    monkeypatch.setattr(stuck, "ASK_EVERY_SECONDS", 0.0)
    ask(things)
    with connections.lease(things) as one, connections.lease(things) as other:
        processes = [one.info.backend_pid, other.info.backend_pid]
    with stopped(processes[0], after_seconds=0.2), stopped(processes[1], after_seconds=0.2), ThreadPoolExecutor(2) as threads:
        hanging = [threads.submit(ask, things, SLOW) for _ in processes]
        assert {type(query.exception(timeout=30)) for query in hanging} == {QueryTimeout}
        with pytest.raises(SourceUnavailable, match="could not be stopped"):
            ask(things)
    wait_until(lambda: not any(map(is_there, processes)))
    assert ask(things) == 3_000


def test_a_database_that_answers_no_query_is_left_alone_until_it_does(
    make_tenant: Callable[..., Tenant], things: Tenant, acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """Signing in and asking who is busy goes on working: whatever is longer gets lost on its way."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port}, timeout_ms=400)
    ask(far)
    connections.close_tenant(far)
    proxy.mode = "dry"
    with ThreadPoolExecutor(2) as threads:
        hanging = [threads.submit(ask, far) for _ in range(stuck.SILENCES)]
        assert {type(query.exception(timeout=30)) for query in hanging} == {QueryTimeout}
    wait_until(lambda: is_let_through(far))  # the probe, once nothing is busy any more
    with pytest.raises(SourceUnavailable, match="does not answer"):
        ask(far)
    proxy.mode = "pass"
    stuck._stuck[far.key].breaker.allow_probe()
    assert ask(far) == 3_000
    assert far.key not in stuck._stuck
    connections.close_tenant(far)
    proxy.close()


def is_let_through(tenant: Tenant) -> bool:
    try:
        stuck.refuse_if_stuck(tenant)
    except SourceUnavailable:
        return False
    return True


def test_queries_that_are_merely_slow_are_no_silence(things: Tenant) -> None:
    for _ in range(stuck.SILENCES + 1):
        with pytest.raises(QueryTimeout):
            ask(things, SLOW)
    assert things.key not in stuck._stuck


def test_an_answer_between_two_silences_is_enough(things: Tenant) -> None:
    watch = Watch(None, process=0, was_silent=True)
    for _ in range(stuck.SILENCES + 1):
        stuck.note_stuck(things, watch)
        stuck.note_answer(things)
    assert stuck._stuck[things.key].breaker.is_quiet


def test_a_slow_reader_is_not_the_databases_silence(things: Tenant, embedded_server: EmbeddedServer) -> None:
    limits = Limits(timeout_ms=500, rows=1_000_000, bytes=1_000_000_000)
    frames = stream(things, Statement("SELECT repeat('x', 100000) FROM generate_series(1, 4000)"), limits)
    next(frames)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        query = "SELECT FROM pg_stat_activity WHERE usename = %s AND state = 'active'"
        wait_until(lambda: admin.execute(query, [things.user]).fetchone() is None)
    with pytest.raises(QueryTimeout):
        list(frames)
    assert things.key not in stuck._stuck or stuck._stuck[things.key].breaker.is_quiet  # not, where the server ended it itself


def test_asking_after_stuck_back_ends_does_not_hang_itself(
    make_tenant: Callable[..., Tenant], acme_database: dict, embedded_server: EmbeddedServer, pool: Pool
) -> None:
    """A server that fell silent is asked whether it is still busy: with the clock running."""
    proxy = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    far = make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port}, timeout_ms=400)
    ask(far, "SELECT 1")
    with connections.lease(far) as connection:
        stuck.note_stuck(far, Watch(connection, process=1))
    proxy.mode = "freeze"
    with ThreadPoolExecutor(1) as threads, pytest.raises((QueryTimeout, SourceUnavailable)):
        threads.submit(ask, far, "SELECT 1").result(timeout=30)
    proxy.close()
    assert pool.figures()["in_use"] == 0
