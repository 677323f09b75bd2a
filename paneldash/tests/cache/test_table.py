import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from paneldash.cache import table
from paneldash.cache.table import FAILURES, TableCache


@pytest.fixture
def cache(db: None) -> TableCache:
    return TableCache("", {})


def age(seconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE paneldash_cache SET expires_at = expires_at - make_interval(secs => %s)", [seconds])


@pytest.mark.parametrize("value", ["text", 0, 1.5, True, None, [1, [2]], {"a": {"b": None}}, "ü€😀"])
def test_json_value_comes_back(cache: TableCache, value: object) -> None:
    cache.set("key", value)
    assert cache.get("key", "nothing") == value


def test_what_is_not_json_is_refused(cache: TableCache) -> None:
    with pytest.raises(TypeError):
        cache.set("key", object())


def test_missing_key_gives_the_default(cache: TableCache) -> None:
    assert cache.get("key", "default") == "default"
    assert "key" not in cache


def test_value_expires(cache: TableCache) -> None:
    cache.set("key", 1, timeout=60)
    age(61)
    assert cache.get("key") is None


def test_value_without_timeout_stays(cache: TableCache) -> None:
    cache.set("key", 1, timeout=None)
    age(30 * 86_400)
    assert cache.get("key") == 1


@pytest.mark.parametrize("timeout", [0, -1])
def test_timeout_in_the_past_stores_nothing(cache: TableCache, timeout: int) -> None:
    cache.set("key", 1, timeout=timeout)
    assert cache.get("key") is None


def test_add_takes_a_free_or_expired_key_alone(cache: TableCache) -> None:
    assert cache.add("lock", 1, timeout=60)
    assert not cache.add("lock", 2, timeout=60)
    age(61)
    assert cache.add("lock", 3, timeout=60)
    assert cache.get("lock") == 3


def test_touch_prolongs_what_lives(cache: TableCache) -> None:
    cache.set("key", 1, timeout=60)
    assert cache.touch("key", timeout=600)
    age(120)
    assert cache.get("key") == 1
    age(600)
    assert not cache.touch("key")


def test_delete_and_clear(cache: TableCache) -> None:
    cache.set_many({"a": 1, "b": 2, "c": 3})
    assert cache.delete("a")
    assert not cache.delete("a")
    assert cache.get_many(["a", "b", "c"]) == {"b": 2, "c": 3}
    cache.clear()
    assert cache.get_many(["b", "c"]) == {}


def test_incr_needs_a_value(cache: TableCache) -> None:
    with pytest.raises(ValueError, match="not found"):
        cache.incr("hits")
    cache.set("hits", 1)
    assert (cache.incr("hits"), cache.incr("hits", 5), cache.decr("hits")) == (2, 7, 6)


@pytest.mark.django_db(transaction=True)
def test_incr_loses_nothing_between_threads() -> None:
    cache = TableCache("", {})
    cache.set("hits", 0)

    def count() -> None:
        for _ in range(25):
            cache.incr("hits")
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(count) for _ in range(4)]:
            done.result()
    assert cache.get("hits") == 100


@pytest.mark.django_db(transaction=True)
def test_one_of_many_threads_gets_the_lock() -> None:
    cache, barrier, won = TableCache("", {}), threading.Barrier(4), []

    def race() -> None:
        barrier.wait()
        won.append(cache.add("lock", 1))
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(race) for _ in range(4)]:
            done.result()
    assert sorted(won) == [False, False, False, True]


def test_culling_drops_what_expired_and_what_is_too_much(cache: TableCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "CULL_EVERY", 1)
    cache.set("old", 1, timeout=60)
    age(61)
    cache.set("new", 1, timeout=600)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM paneldash_cache")
        assert cursor.fetchall() == [(":1:new",)]
    monkeypatch.setattr(table, "MOST_ENTRIES", 0)
    cache.set("newest", 1, timeout=900)
    assert cache.get_many(["new", "newest"]) == {}


def test_failure_is_a_miss_that_is_counted(cache: TableCache, monkeypatch: pytest.MonkeyPatch) -> None:
    before = FAILURES._value.get()
    monkeypatch.setattr(table, "GET", "SELECT 1/0, %s")
    assert cache.get("key", "default") == "default"
    assert FAILURES._value.get() == before + 1


def test_failure_does_not_end_the_callers_transaction(cache: TableCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "GET", "SELECT 1/0, %s")
    with transaction.atomic():
        cache.get("key")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


def test_lock_is_not_had_while_the_database_is_away(central_database_down: None) -> None:
    cache = TableCache("", {})
    assert cache.add("lock", 1) is False
    assert cache.get("key", "default") == "default"
    with pytest.raises(DatabaseError):
        connection.ensure_connection()
