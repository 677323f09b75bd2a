import time
from concurrent.futures import ThreadPoolExecutor

from datasources.store.shared import Store


def test_a_counter_adds_up(store: Store) -> None:
    assert [store.add("acme", amount, 60) for amount in (1, 5, 0, 2_500_000_000)] == [1, 6, 6, 2_500_000_006]
    assert store.add("globex", 1, 60) == 1


def test_a_counter_begins_anew_after_its_time_however_often_it_is_used(store: Store) -> None:
    deadline = time.monotonic() + 10
    store.add("acme", 5, 1)
    while (total := store.add("acme", 0, 1)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert total == 0


def test_what_is_added_may_be_taken_back(store: Store) -> None:
    store.add("acme", 3, 60)
    assert store.add("acme", -3, 60) == 0


def test_a_counter_loses_nothing_between_threads(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        totals = list(threads.map(lambda _: store.add("acme", 1, 60), range(400)))
    assert sorted(totals) == list(range(1, 401))


def test_value_flight_and_counter_of_one_name_are_three_things(store: Store) -> None:
    store.put("name", b"value", 60)
    store.add("name", 1, 60)
    assert store.claim("name", 60).token is not None
    store.delete(["name"])
    assert store.get("name") is None
    assert store.add("name", 1, 60) == 2
    assert store.claim("name", 60).token is None


def test_a_count_says_when_it_begins_anew(store: Store) -> None:
    first, second = store.count("bob", 60), store.count("bob", 60)
    assert (first.total, second.total) == (1, 2)
    assert 50 < second.seconds_left <= first.seconds_left <= 60


def test_a_count_begins_anew_when_its_time_is_over(store: Store) -> None:
    seconds_left = store.count("bob", 0.5).seconds_left
    time.sleep(seconds_left + 0.1)
    again = store.count("bob", 60)
    assert again.total == 1
    assert again.seconds_left > 50
