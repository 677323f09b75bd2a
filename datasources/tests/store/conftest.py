"""The store over both backends: `store` and `make_store` run every test twice."""

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datasources.store.base import Backend
from datasources.store.postgres import PostgresBackend, central_pool
from datasources.store.redis import RedisBackend
from datasources.store.shared import Store
from datasources.tests.store.servers import PostgresServer, RedisServer, Server
from paneldash.home import default_home

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
KINDS = ["postgres", "redis"]
TABLES = importlib.import_module("datasources.migrations.0001_store").MAKE
EMPTY = "TRUNCATE datasources_store, datasources_store_bytes, datasources_flight, datasources_counter"
PATIENCE_SECONDS = 10.0  # a test that is about something else never fails because the machine is busy
WHOLE_BYTES = 80_000_000

MakeStore = Callable[..., Store]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
def cache_url(request: pytest.FixtureRequest, redis_server: RedisServer, db: None) -> str:
    """What CACHE_URL says: nothing, or where a Redis is. Both are empty."""
    with central_pool().connection() as connection:
        connection.execute(EMPTY)
    redis_server.client().flushall()
    return "" if request.param == "postgres" else redis_server.url


@pytest.fixture
def make_store(cache_url: str) -> Iterator[MakeStore]:
    made: list[Store] = []

    def make(*, whole_bytes: int = WHOLE_BYTES) -> Store:
        backend: Backend = PostgresBackend(whole_bytes=whole_bytes, patience_seconds=PATIENCE_SECONDS)
        if cache_url:
            backend = RedisBackend(cache_url, patience_seconds=PATIENCE_SECONDS)
        made.append(Store(backend, whole_bytes=whole_bytes))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    return make_store()


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to do harm to."""
    if request.param == "redis":
        redis = RedisServer(tmp_path)
        redis.start()
        yield redis
        redis.stop()
    else:
        yield request.getfixturevalue("postgres_server")


@pytest.fixture
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer(default_home(Path(__file__).resolve().parents[3]) / f"test-store{WORKER}", TABLES)
    yield server
    server.close()
