import os
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg_pool import PoolTimeout

from paneldash.central import pool as module
from paneldash.central.base import DatabaseWrapper
from paneldash.central.pool import CentralPool
from paneldash.embedded import EmbeddedServer


def make_pool(address: str, **options: object) -> CentralPool:
    options = {"min_size": 0, "max_size": 2, "timeout": 5.0, "num_workers": 1, **options}
    return CentralPool(conninfo=address, open=True, **options)


@pytest.fixture
def pool(embedded_server: EmbeddedServer) -> Iterator[CentralPool]:
    pool = make_pool(embedded_server.url("postgres"))
    yield pool
    pool.close()


def refusal(pool: CentralPool) -> str:
    with pytest.raises(PoolTimeout) as caught:
        pool.getconn()
    return str(caught.value)


def test_lends_and_takes_back(pool: CentralPool) -> None:
    with pool.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert pool.get_stats()["pool_available"] == 1


def test_a_server_that_refuses_is_asked_once_and_not_waited_for() -> None:
    pool = make_pool("host=/nonexistent")
    assert refusal(pool) == "the central database cannot be reached"
    assert refusal(pool) == "the central database could not be reached a moment ago"
    pool.close()


def test_server_that_is_back_is_found(pool: CentralPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.1)
    address, pool.conninfo = pool.conninfo, "host=/nonexistent"
    refusal(pool)
    pool.conninfo = address
    time.sleep(0.15)
    with pool.connection() as connection:
        assert not connection.closed


def test_one_caller_tries_while_the_others_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    pool = make_pool("host=/nonexistent")
    pool._retry_at = time.monotonic() - 1
    pool._refuse_while_down(5.0)
    assert refusal(pool) == "the central database could not be reached a moment ago"
    pool.close()


def test_full_pool_makes_wait_and_then_refuses(embedded_server: EmbeddedServer) -> None:
    pool = make_pool(embedded_server.url("postgres"), max_size=1, timeout=0.5)
    with pool.connection():
        assert "couldn't get a connection after" in refusal(pool)
        assert pool.get_stats()["requests_queued"] >= 1
    with pool.connection():
        pass
    pool.close()


def test_waiting_caller_gets_the_connection_that_comes_back(embedded_server: EmbeddedServer) -> None:
    pool = make_pool(embedded_server.url("postgres"), max_size=1)
    held = pool.getconn()
    threading.Timer(0.3, pool.putconn, [held]).start()
    with pool.connection() as connection:
        assert connection is held
    pool.close()


def test_connections_the_server_closed_are_replaced_however_many(embedded_server: EmbeddedServer) -> None:
    pool = make_pool(embedded_server.url("postgres"), min_size=8, max_size=8)
    pool.wait(30)
    lent = [pool.getconn() for _ in range(8)]
    processes = [one.info.backend_pid for one in lent]
    for one in lent:
        pool.putconn(one)
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) AS pid", [processes])
    with pool.connection() as another:
        assert another.execute("SELECT pg_backend_pid() <> ALL(%s)", [processes]).fetchone() == (True,)
    pool.close()


def test_a_child_process_has_none_of_its_parents_connections(db: None) -> None:
    """gunicorn forks: two processes that speak on one socket would read each other's answers."""
    connection.ensure_connection()
    child = os.fork()
    if child == 0:
        os._exit(len(DatabaseWrapper._connection_pools))
    assert os.waitpid(child, 0)[1] == 0
    assert "default" in DatabaseWrapper._connection_pools
