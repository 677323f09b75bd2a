"""A process of its own for the tests: `python -m datasources.tests.store.player claim acme:1`, with settings as a worker has."""

import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402

from datasources.store.base import Backend  # noqa: E402
from datasources.store.postgres import PostgresBackend  # noqa: E402
from datasources.store.redis import RedisBackend  # noqa: E402
from datasources.store.shared import Store  # noqa: E402

PATIENCE_SECONDS = 10.0


def count(store: Store, key: str, times: str) -> int:
    return [store.add(key, 1, 600) for _ in range(int(times))][-1]


def fill(store: Store, prefix: str, times: str, size: str) -> bool:
    return all(store.put(f"{prefix}{number}", bytes(int(size)), 600) for number in range(int(times)))


def claim(store: Store, key: str, seconds: str) -> str | None:
    """Take the lease and never let go of it."""
    token = store.claim(key, float(seconds)).token
    print(token, flush=True)
    time.sleep(600)
    return token


def fly(store: Store, key: str, players: str) -> str:
    """Do the work if nobody does, else wait for who does. The work takes until all others wait."""
    token = store.claim(key, 60).token
    if token is None:
        store.add("waiting", 1, 600)
        landing = store.wait(key, 60)
        return f"waited for {(store.get(key) or b'').decode()}" if landing else "gave up"
    while store.add("waiting", 0, 600) < int(players) - 1:
        time.sleep(0.01)
    store.put(key, token.encode(), 600)
    store.release(key, token)
    return f"led to {token}"


def make() -> Store:
    whole_bytes = settings.CACHE_BYTES
    backend: Backend = PostgresBackend(whole_bytes=whole_bytes, patience_seconds=PATIENCE_SECONDS)
    if settings.CACHE_URL:
        backend = RedisBackend(settings.CACHE_URL, patience_seconds=PATIENCE_SECONDS)
    return Store(backend, whole_bytes=whole_bytes)


if __name__ == "__main__":
    print({"count": count, "fill": fill, "claim": claim, "fly": fly}[sys.argv[1]](make(), *sys.argv[2:]))
