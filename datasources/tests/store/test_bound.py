"""How much the tables of the central database may hold, and what goes first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from datasources.store.base import Backend
from datasources.store.postgres import PostgresBackend, central_pool
from datasources.tests.store.conftest import EMPTY, PATIENCE_SECONDS

WHOLE_BYTES = 1_000_000
TINY = """
INSERT INTO datasources_store (key, value, size, put_at, expires_at)
SELECT n::text::bytea, '', 200 + octet_length(n::text), now(), now() + interval '1 hour' FROM generate_series(1, 38000) n;
INSERT INTO datasources_store_bytes SELECT 0, sum(size) FROM datasources_store"""
TRUE_SIZE = "SELECT coalesce(sum(octet_length(key) + octet_length(value) + 200), 0)::bigint FROM datasources_store"


def make_backend() -> PostgresBackend:
    return PostgresBackend(whole_bytes=WHOLE_BYTES, patience_seconds=PATIENCE_SECONDS)


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:
    with central_pool().connection() as connection:
        connection.autocommit = True  # a lock held here would keep the store waiting
        connection.execute(EMPTY)
        yield connection


@pytest.fixture
def backend(owner: psycopg.Connection) -> PostgresBackend:
    return make_backend()


def ask(owner: psycopg.Connection, question: str) -> int:
    row = owner.execute(question).fetchone()
    assert row is not None
    return int(row[0])


def fill(backend: Backend, count: int, size: int, name: bytes = b"key %d") -> None:
    for number in range(count):
        backend.put(name % number, bytes(size), 600)


def kept(backend: Backend, count: int) -> list[int]:
    found = backend.get_many([b"key %d" % number for number in range(count)])
    return sorted(int(key.split()[1]) for key in found)


def test_the_oldest_goes_first(backend: PostgresBackend) -> None:
    fill(backend, 30, 50_000)
    left = kept(backend, 30)
    assert left == list(range(30 - len(left), 30))
    assert 17 <= len(left) <= 19


def test_putting_again_makes_young(backend: PostgresBackend) -> None:
    fill(backend, 15, 50_000)
    backend.put(b"key 0", bytes(50_000), 600)
    fill(backend, 8, 50_000, b"other %d")
    assert 0 in kept(backend, 15)
    assert 1 not in kept(backend, 15)


def test_what_expired_goes_before_what_lives(backend: PostgresBackend) -> None:
    fill(backend, 10, 50_000)
    for number in range(10, 18):
        backend.put(b"key %d" % number, bytes(50_000), 0.001)
    fill(backend, 5, 50_000, b"other %d")
    assert kept(backend, 18) == list(range(10))


def test_many_small_entries_are_bounded_with_their_rows(backend: PostgresBackend, owner: psycopg.Connection) -> None:
    fill(backend, 5_000, 10)
    assert ask(owner, "SELECT count(*) FROM datasources_store") < 4_800
    assert backend.held_bytes() <= WHOLE_BYTES * 1.03


def test_one_large_entry_takes_the_place_of_thousands(owner: psycopg.Connection) -> None:
    owner.execute(TINY)
    backend = PostgresBackend(whole_bytes=8_000_000, patience_seconds=PATIENCE_SECONDS)
    backend.put(b"large", bytes(1_000_000), 600)
    assert backend.get_many([b"large"]) == {b"large": bytes(1_000_000)}
    assert backend.held_bytes() == ask(owner, TRUE_SIZE) <= 8_000_000


def test_the_size_is_exact_whatever_threads_do(backend: PostgresBackend, owner: psycopg.Connection) -> None:
    sizes = []

    def play(player: int) -> None:
        mine = make_backend()
        for turn in range(60):
            mine.put(b"key %d" % ((player * 7 + turn * 3) % 40), bytes(1_000 * (turn % 9 + 1) * 5), 600)
            if turn % 5 == 0:
                mine.delete([b"key %d" % (turn % 40), b"key %d" % ((turn + player) % 40)])
            sizes.append(mine.held_bytes())

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(play, player) for player in range(8)]:
            done.result()
    assert backend.held_bytes() == ask(owner, TRUE_SIZE)
    assert max(sizes) <= WHOLE_BYTES * 1.4  # eight at once may each be one entry of 45 kB too many


def test_what_expired_is_swept_by_who_writes(backend: PostgresBackend, owner: psycopg.Connection) -> None:
    backend.put(b"key", b"value", 0.001)
    backend.claim(b"key", "token", 0.001)
    backend.add(b"key", 1, 0.001)
    backend.put(b"other", b"value", 600)
    make_backend().add(b"other", 1, 600)
    for table, left in (("store", 1), ("flight", 0), ("counter", 1)):
        assert ask(owner, f"SELECT count(*) FROM datasources_{table}") == left
    assert backend.held_bytes() == ask(owner, TRUE_SIZE)


def test_an_outcome_that_lives_is_not_swept(backend: PostgresBackend) -> None:
    backend.claim(b"key", "token", 600)
    backend.release(b"key", "token", b"it failed", 600)
    make_backend().add(b"other", 1, 600)
    assert backend.look(b"key").outcome == b"it failed"


def test_one_makes_room_at_a_time(backend: PostgresBackend, owner: psycopg.Connection) -> None:
    fill(backend, 19, 50_000)
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(7263542)")
        fill(backend, 2, 50_000, b"other %d")
        assert len(kept(backend, 19)) == 19
    fill(backend, 1, 50_000, b"another %d")
    assert backend.held_bytes() <= WHOLE_BYTES
