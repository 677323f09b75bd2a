"""The store that all workers and hosts share: Redis where CACHE_URL names one, else tables of the central database."""

import functools

from django.conf import settings

from datasources.store import base
from datasources.store.base import Backend, Counted, Landing, StoreDown
from datasources.store.postgres import PostgresBackend
from datasources.store.redis import RedisBackend
from datasources.store.shared import Store

__all__ = ["Counted", "Landing", "Store", "StoreDown", "close_store", "store"]


def store() -> Store:
    return _made(settings.CACHE_URL, settings.CACHE_BYTES)


def close_store() -> None:
    """Close its connections and forget what it knew; the next `store()` is a new one."""
    if _made.cache_info().currsize:
        store().close()
    _made.cache_clear()


@functools.lru_cache(maxsize=1)
def _made(url: str, whole_bytes: int) -> Store:
    patience_seconds = base.PATIENCE_SECONDS
    backend: Backend = PostgresBackend(whole_bytes=whole_bytes, patience_seconds=patience_seconds)
    if url:
        backend = RedisBackend(url, patience_seconds=patience_seconds)
    return Store(backend, whole_bytes=whole_bytes)
