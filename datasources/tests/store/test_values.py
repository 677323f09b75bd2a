"""Bytes under text keys, for a while."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from datasources.store.shared import Store
from datasources.tests.store.conftest import MakeStore

ODD_KEYS = [
    "",
    " ",
    "a b\n\t",
    "acme:{1}:*",
    "a\0b",
    "ü€😀",
    "\ud800",
    "%s %(x)s",
    "'; DROP TABLE x; --",
    "k" * 200,
    "k" * 100_000,
]


def test_what_was_put_is_there(store: Store) -> None:
    assert store.put("acme:panel:1", b"value", 60) is True
    assert store.get("acme:panel:1") == b"value"
    assert store.get("acme:panel:2") is None


def test_many_are_got_in_one_go(store: Store) -> None:
    for number in range(5):
        store.put(f"key {number}", b"%d" % number, 60)
    assert store.get_many(["key 1", "key 4", "key 9"]) == {"key 1": b"1", "key 4": b"4"}
    assert store.get_many([]) == {}


@pytest.mark.parametrize("value", [b"", b"\0", bytes(range(256)), b"\\x00", b"NULL", "ü".encode(), os.urandom(1_000)])
def test_every_byte_comes_back(store: Store, value: bytes) -> None:
    store.put("key", value, 60)
    assert store.get("key") == value


def test_megabytes_come_back(store: Store) -> None:
    value = os.urandom(8_000_000)
    assert store.put("key", value, 60) is True
    assert store.get("key") == value


def test_any_text_is_a_key_of_its_own(store: Store) -> None:
    for place, key in enumerate(ODD_KEYS):
        store.put(key, b"%d" % place, 60)
    assert store.get_many(ODD_KEYS) == {key: b"%d" % place for place, key in enumerate(ODD_KEYS)}
    store.delete(ODD_KEYS)
    assert store.get_many(ODD_KEYS) == {}


def test_the_last_put_counts_for_value_and_life(store: Store) -> None:
    store.put("key", b"old", 0.05)
    store.put("key", b"new", 60)
    time.sleep(0.1)
    assert store.get("key") == b"new"


def test_a_value_expires(store: Store) -> None:
    store.put("key", b"value", 0.05)
    time.sleep(0.1)
    assert store.get("key") is None


@pytest.mark.parametrize("seconds", [0, -1])
def test_what_has_no_time_to_live_is_not_kept(store: Store, seconds: float) -> None:
    assert store.put("key", b"value", seconds) is False
    assert store.get("key") is None


def test_deleting_takes_those_named_and_no_others(store: Store) -> None:
    for key in ("a", "b", "c"):
        store.put(key, b"value", 60)
    store.delete(["a", "b", "never there"])
    store.delete([])
    assert store.get_many("abc") == {"c": b"value"}


def test_more_than_an_eighth_of_the_whole_is_not_kept(make_store: MakeStore) -> None:
    store = make_store(whole_bytes=8_000_000)
    assert store.put("key", bytes(1_000_001), 60) is False
    assert store.get("key") is None
    assert store.put("key", bytes(1_000_000), 60) is True


def test_another_process_sees_it(make_store: MakeStore) -> None:
    make_store().put("key", b"value", 60)
    assert make_store().get("key") == b"value"


def test_threads_do_not_disturb_each_other(store: Store) -> None:
    def play(player: int) -> None:
        for turn in range(30):
            value = bytes([player * 30 + turn]) * 5_000
            store.put(f"own {player}", value, 60)
            store.put("shared", value, 60)
            assert store.get(f"own {player}") == value
            assert len(set(store.get("shared") or b"")) == 1

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(play, player) for player in range(8)]:
            done.result()


def test_reads_and_puts_are_counted(store: Store) -> None:
    store.put("key", b"value", 60)
    store.get_many(["key", "other", "another"])
    figures = store.figures()
    assert (figures.hits, figures.misses, figures.puts, figures.errors, figures.is_down) == (1, 2, 1, 0, False)
    assert figures.bytes is not None
    assert figures.bytes > 0
