"""Who claims a key is told in the same breath what is there."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from datasources.store import Store
from datasources.store.base import Claim
from datasources.store.postgres import PostgresBackend, central_pool
from datasources.tests.store.conftest import EMPTY, PATIENCE_SECONDS
from datasources.tests.store.servers import wait_until


def test_whoever_claims_is_told_the_value(store: Store) -> None:
    assert store.claim("key", 60).value is None
    store.put("key", b"result", 60)
    assert store.claim("key", 60) == Claim(None, b"result")


def test_value_that_lands_while_somebody_claims_is_told(db: None) -> None:
    """In PostgreSQL the claim waits for the flight's row, with a view of the values from before."""
    backend = PostgresBackend(whole_bytes=1_000_000, patience_seconds=PATIENCE_SECONDS)
    with central_pool().connection() as owner, ThreadPoolExecutor(1) as thread:
        owner.execute(EMPTY)
        owner.commit()  # nothing to do where Django used this connection of the pool before: it leaves them in autocommit
        backend.claim(b"key", "leader", 60)
        with owner.transaction():
            owner.execute("UPDATE datasources_flight SET token = NULL")
            claimed = thread.submit(backend.claim, b"key", "next", 60)
            wait_until(lambda: is_waited_for(owner))
            backend.put(b"key", b"result", 60)
        assert claimed.result(30) == (True, b"result")


def is_waited_for(connection: psycopg.Connection) -> bool:
    asked = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    return connection.execute(asked).fetchone() is not None
