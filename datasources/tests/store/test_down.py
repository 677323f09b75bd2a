"""A server that is stopped, frozen, killed or started again: its callers hardly notice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg_pool import ConnectionPool

from datasources.store.base import StoreDown
from datasources.store.postgres import PostgresBackend
from datasources.store.redis import RedisBackend
from datasources.store.shared import Store
from datasources.tests.store.servers import PostgresServer, RedisServer, Server, wait_until

OPERATIONS: dict[str, Callable[[Store], object]] = {
    "get": lambda store: store.get("key"),
    "put": lambda store: store.put("key", bytes(1_000_000), 60),
    "delete": lambda store: store.delete(["key"]),
    "claim": lambda store: store.claim("key", 60),
    "extend": lambda store: store.extend("key", "token", 60),
    "release": lambda store: store.release("key", "token", b"it failed"),
    "wait": lambda store: store.wait("key", 60),
    "add": lambda store: store.add("key", 1, 60),
    "count": lambda store: store.count("key", 60),
}
PATIENCE_SECONDS = 0.25


def make_store(server: Server, *, rest_seconds: float = 600.0, patience_seconds: float = PATIENCE_SECONDS) -> Store:
    return Store(server.backend(patience_seconds=patience_seconds), whole_bytes=10_000_000, rest_seconds=rest_seconds)


@contextmanager
def harmed(server: Server, harm: str) -> Iterator[None]:
    """Whoever waits for a frozen one to answer gets its answer in the end, fails, and does not hang."""
    getattr(server, harm)()
    releaser = threading.Timer(60, server.thaw)
    releaser.start()
    try:
        yield
    finally:
        releaser.cancel()
        server.thaw()


def test_a_pool_that_is_closed_at_the_end_is_a_store_that_is_away():
    """A thread may still count while the process closes what it has."""
    pool: ConnectionPool[Any] = ConnectionPool(open=True, min_size=0, max_size=1)
    pool.close()

    def closed() -> ConnectionPool[Any]:
        pool.open()
        return pool

    backend = PostgresBackend(whole_bytes=1_000_000, patience_seconds=PATIENCE_SECONDS, pool=closed)
    with pytest.raises(StoreDown, match="PoolClosed"):
        Store(backend, whole_bytes=1_000_000).put("key", b"value", 60)


class NotAsked:
    """In the place of a backend."""

    def __getattr__(self, operation: str) -> Callable[..., object]:
        return lambda *_: pytest.fail(f"{operation} was asked")


def answers(store: Store) -> bool:
    try:
        return store.put("key", b"value", 60) and store.get("key") == b"value"
    except StoreDown:
        return False


@pytest.mark.parametrize("harm", ["stop", "freeze"])
def test_every_operation_says_that_the_store_is_down(server: Server, harm: str) -> None:
    stores = {name: make_store(server) for name in OPERATIONS}
    with harmed(server, harm):
        for name, operation in OPERATIONS.items():
            with pytest.raises(StoreDown):
                operation(stores[name])


@pytest.mark.parametrize("harm", ["stop", "freeze"])
def test_a_store_that_failed_is_not_asked_again_for_a_while(server: Server, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(server)
    with harmed(server, harm), pytest.raises(StoreDown):
        store.get("key")
    monkeypatch.setattr(store, "_backend", NotAsked())
    for operation in OPERATIONS.values():
        with pytest.raises(StoreDown):
            operation(store)
    figures = store.figures()
    assert (figures.errors, figures.is_down, figures.bytes) == (1, True, None)
    assert not store.answers()


def test_who_waits_is_not_held_up_by_a_store_that_freezes(server: Server) -> None:
    store = make_store(server)
    make_store(server, patience_seconds=10.0).claim("key", 60)
    with harmed(server, "freeze"), pytest.raises(StoreDown):
        store.wait("key", 600)


def test_a_frozen_store_that_thaws_is_used_again(server: Server) -> None:
    store = make_store(server, rest_seconds=0.1)
    wait_until(lambda: answers(store))
    server.freeze()
    wait_until(lambda: not answers(store))
    server.thaw()
    wait_until(lambda: answers(store))
    assert store.figures().is_down is False


def test_a_store_that_was_started_again_is_used_again(server: Server) -> None:
    store = make_store(server, rest_seconds=0.1)
    wait_until(lambda: answers(store))
    server.stop()
    wait_until(lambda: not answers(store))
    server.start()
    wait_until(lambda: answers(store))


def test_a_restart_between_two_operations_is_not_noticed(server: Server) -> None:
    store = make_store(server, patience_seconds=10.0)
    store.put("key", b"value", 60)
    server.stop()
    server.start()
    assert store.add("key", 1, 60) == 1
    assert store.figures().errors == 0


def test_a_store_that_crashed_begins_empty(server: Server) -> None:
    store = make_store(server, rest_seconds=0.1, patience_seconds=10.0)
    store.put("key", bytes(100_000), 60)
    store.claim("key", 60)
    store.add("key", 5, 60)
    server.kill()
    server.start()
    wait_until(store.answers)
    assert store.get("key") is None
    assert store.claim("key", 60).token is not None
    assert store.add("key", 1, 60) == 1
    assert store.put("key", b"value", 60) is True


def test_after_a_crash_the_size_is_counted_from_nothing(postgres_server: PostgresServer) -> None:
    store = make_store(postgres_server, rest_seconds=0.1, patience_seconds=10.0)
    store.put("key", bytes(100_000), 60)
    postgres_server.kill()
    postgres_server.start()
    wait_until(store.answers)
    assert store.figures().bytes == 0
    store.put("key", bytes(100_000), 60)
    assert store.figures().bytes == 100_203


def test_a_missing_table_is_a_store_that_is_down(postgres_server: PostgresServer) -> None:
    store = make_store(postgres_server, patience_seconds=10.0)
    with postgres_server.connect() as owner:
        owner.execute("DROP TABLE datasources_store")
    with pytest.raises(StoreDown, match="UndefinedTable"):
        store.get("key")


def test_a_full_redis_keeps_nothing_more_and_is_read_all_the_same(redis_server: RedisServer) -> None:
    store = make_store(redis_server, patience_seconds=10.0)
    client = redis_server.client()
    client.flushall()
    store.put("key", b"value", 60)
    client.config_set("maxmemory", 1)
    try:
        assert store.put("other", b"value", 60) is False
        assert store.get("key") == b"value"
        assert store.figures().errors == 1
    finally:
        client.config_set("maxmemory", 0)


def test_a_redis_that_refuses_the_password_is_down_and_it_is_not_told(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"redis://ann:hush-hush@127.0.0.1:{redis_server.port}/0"
    store = Store(RedisBackend(address, patience_seconds=10.0), whole_bytes=10_000_000)
    with pytest.raises(StoreDown) as caught:
        store.get("key")
    assert "AuthenticationError" in caplog.text
    assert "hush" not in caplog.text + str(caught.value) + repr(caught.value.__cause__) + repr(store)


def test_a_redis_whose_user_may_not_ask_for_its_size_is_up_all_the_same(redis_server: RedisServer) -> None:
    client = redis_server.client()
    client.acl_setuser("ann", enabled=True, passwords=["+hush"], keys=["*"], commands=["+@all", "-info"])
    address = f"redis://ann:hush@127.0.0.1:{redis_server.port}/0"
    assert Store(RedisBackend(address, patience_seconds=10.0), whole_bytes=10_000_000).answers()
