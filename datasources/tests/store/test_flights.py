"""One does the work, the others wait for it; who dies is replaced."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from datasources.store import Landing
from datasources.store.shared import Store


def lead(store: Store, key: str = "key", seconds: float = 60) -> str:
    token = store.claim(key, seconds).token
    assert token is not None
    return token


def test_one_at_a_time_leads(store: Store) -> None:
    token = lead(store)
    assert store.claim("key", 60).token is None
    assert store.claim("another key", 60).token is not None
    assert store.release("key", token) is True
    assert store.claim("key", 60).token is not None


def test_a_lease_ends_by_itself(store: Store) -> None:
    token = lead(store, seconds=0.05)
    time.sleep(0.1)
    assert store.extend("key", token, 60) is False
    assert store.release("key", token, b"too late") is False
    assert store.claim("key", 60).token is not None


def test_a_lease_is_extended_by_who_has_it(store: Store) -> None:
    token = lead(store, seconds=1)
    assert store.extend("key", "stranger", 60) is False
    assert store.extend("key", token, 60) is True
    time.sleep(1.1)
    assert store.claim("key", 60).token is None


def test_nobody_releases_anothers_lease(store: Store) -> None:
    lead(store)
    assert store.release("key", "stranger") is False
    assert store.claim("key", 60).token is None


def test_who_waits_is_told_when_it_is_over(store: Store) -> None:
    token = lead(store)
    threading.Timer(0.2, store.release, ["key", token]).start()
    assert store.wait("key", 20) == Landing()


def test_who_waits_gets_what_the_leader_left(store: Store) -> None:
    token = lead(store)
    threading.Timer(0.2, store.release, ["key", token, b"\0it failed"]).start()
    with ThreadPoolExecutor(4) as threads:
        landings = list(threads.map(lambda _: store.wait("key", 20), range(4)))
    assert landings == [Landing(b"\0it failed")] * 4


def test_an_empty_outcome_is_one(store: Store) -> None:
    token = lead(store)
    store.release("key", token, b"", 60)
    assert store.wait("key", 20) == Landing(b"")


def test_who_comes_to_wait_just_after_the_landing_gets_the_outcome_too(store: Store) -> None:
    store.release("key", lead(store), b"it failed", 60)
    assert store.wait("key", 20) == Landing(b"it failed")


def test_an_outcome_keeps_nobody_from_trying_again(store: Store) -> None:
    store.release("key", lead(store), b"it failed", 60)
    assert store.claim("key", 60).token is not None


def test_an_outcome_is_not_that_of_the_next_flight(store: Store) -> None:
    store.release("key", lead(store), b"it failed", 60)
    store.release("key", lead(store), None)
    assert store.wait("key", 20) == Landing()


def test_who_waits_for_the_next_leader_does_not_get_the_last_ones_outcome(store: Store) -> None:
    store.release("key", lead(store), b"it failed", 60)
    lead(store)
    assert store.wait("key", 0.1) is None


def test_the_next_leader_does_not_take_the_outcome_from_those_who_wait(store: Store) -> None:
    token = lead(store)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(store.wait, "key", 20)
        time.sleep(0.3)
        store.release("key", token, b"it failed", 60)
        lead(store)
        assert waiting.result() == Landing(b"it failed")


def test_an_outcome_is_gone_after_its_time(store: Store) -> None:
    store.release("key", lead(store), b"it failed", 0.05)
    time.sleep(0.1)
    assert store.wait("key", 20) == Landing()


def test_waiting_has_an_end(store: Store) -> None:
    lead(store)
    assert store.wait("key", 0.2) is None


def test_who_waits_for_nobody_does_not_wait(store: Store) -> None:
    assert store.wait("key", 20) == Landing()


def test_of_many_threads_one_leads(store: Store) -> None:
    barrier = threading.Barrier(8)

    def race(_: int) -> str | None:
        barrier.wait()
        return store.claim("key", 60).token

    with ThreadPoolExecutor(8) as threads:
        assert sum(token is not None for token in threads.map(race, range(8))) == 1
