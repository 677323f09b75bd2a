"""Fixtures about the central database being away."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from datasources.store import close_store
from paneldash.central.base import DatabaseWrapper

NOWHERE = "/nonexistent"


@contextlib.contextmanager
def pointing_at(host: str) -> Iterator[None]:
    """Django's central database at another address, with a pool of its own."""
    from paneldash.probing import thread_of

    original = connections.settings["default"]
    moved: dict[str, Any] = {**original, "HOST": host}
    pools = DatabaseWrapper._connection_pools
    connections["default"].close()
    del connections["default"]
    kept = pools.pop("default", None)
    connections.settings = {**connections.settings, "default": moved}
    thread_of.cache_clear()  # their threads have connections of their own
    close_store()
    try:
        yield
    finally:
        connections["default"].close()
        del connections["default"]
        thread_of.cache_clear()
        close_store()
        if made := pools.pop("default", None):
            made.close()
        connections.settings = {**connections.settings, "default": original}
        if kept is not None:
            pools["default"] = kept


@pytest.fixture
def central_database_down(transactional_db: None) -> Iterator[None]:
    with pointing_at(NOWHERE):
        yield


@pytest.fixture
def store_down(settings: Settings) -> Iterator[None]:
    """The shared store in a Redis that refuses connections."""
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    close_store()
    yield
    close_store()


@pytest.fixture
def point_at(transactional_db: None) -> Callable[[str], contextlib.AbstractContextManager[None]]:
    return pointing_at
