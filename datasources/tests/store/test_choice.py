"""Which store it is, by the settings."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from datasources.store import close_store, store
from datasources.store.postgres import PostgresBackend
from datasources.store.redis import RedisBackend
from datasources.tests.store.servers import RedisServer


@pytest.fixture(autouse=True)
def closed(db: None) -> Iterator[None]:
    close_store()
    yield
    close_store()


def test_without_an_address_it_is_the_central_database() -> None:
    assert isinstance(store()._backend, PostgresBackend)
    assert store().add("key", 1, 60) >= 1


def test_with_an_address_it_is_that_redis(settings: Settings, redis_server: RedisServer) -> None:
    settings.CACHE_URL = redis_server.url
    assert isinstance(store()._backend, RedisBackend)
    assert store().put("key", b"value", 60)
    assert redis_server.client().get("paneldash:value:key") == b"value"


def test_it_is_the_same_for_all_who_ask_until_it_is_closed() -> None:
    first = store()
    assert store() is first
    close_store()
    assert store() is not first


def test_its_largest_entry_is_an_eighth_of_cache_bytes(settings: Settings) -> None:
    settings.CACHE_BYTES = 8_000
    assert store().put("key", bytes(1_001), 60) is False
    assert store().put("key", bytes(1_000), 60) is True
