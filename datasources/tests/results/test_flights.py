"""Leases and landings, without a store or a source."""

import sys
import threading
import time
from concurrent.futures import CancelledError
from typing import Any, cast

import pytest

from datasources.landing import MOST_WAITING, Landings
from datasources.results.flights import Lease, Threads
from datasources.store import Store


class Extended:
    """A store that counts how often a lease is extended."""

    def __init__(self) -> None:
        self.times = 0

    def extend(self, *_: Any) -> bool:
        self.times += 1
        return True


def test_who_comes_to_hold_a_lease_does_not_extend_all_others() -> None:
    lease, store = Lease(), Extended()
    with lease.held(cast(Store, store), "first", "token"):
        for number in range(20):
            with lease.held(cast(Store, store), str(number), "token"):
                time.sleep(0.005)
    assert store.times == 0


def test_work_that_fails_does_not_stop_the_landings() -> None:
    landings, done = Landings(), threading.Event()
    landings.later(lambda: cast(None, 1 / 0))
    landings.later(done.set)
    assert done.wait(30)


def test_what_is_held_back_lands_in_its_order_when_its_thread_goes_on() -> None:
    landings, landed = Landings(), list[str]()
    with landings.held():
        landings.later(lambda: landed.append("first"))
        with landings.held():
            landings.later(lambda: landed.append("second"))
        other = threading.Thread(target=landings.later, args=[lambda: landed.append("of another thread")])
        other.start()
        other.join()
        landings.done()
        assert landed == ["of another thread"]
        landings.let_go()
        landings.done()
        assert landed[1:] == ["first", "second"]
        landings.later(lambda: landed.append("third"))
    landings.later(lambda: landed.append("fourth"))
    landings.done()
    assert landed[1:] == ["first", "second", "third", "fourth"]


def test_what_is_held_back_lands_whatever_ends_the_block() -> None:
    landings, done = Landings(), threading.Event()

    @landings.held()
    def fail() -> None:
        landings.later(done.set)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert done.wait(5)


def test_work_that_fails_where_many_wait_stops_nothing_that_is_held_back_with_it() -> None:
    landings, begun, may_go, landed = Landings(), threading.Event(), threading.Event(), list[str]()
    landings.later(lambda: bool(begun.set()) or cast(None, may_go.wait(30)))
    assert begun.wait(30)
    for _ in range(MOST_WAITING):
        landings.later(lambda: None)
    with landings.held():
        landings.later(lambda: cast(None, 1 / 0))
        landings.later(lambda: landed.append("beside it"))
    landings.later(lambda: landed.append("after it"))
    assert landed == ["beside it", "after it"]
    may_go.set()


def test_what_ends_a_leaders_thread_ends_nobody_elses() -> None:
    threads = Threads()
    flight, leads = threads.board("key")
    assert leads
    with pytest.raises(SystemExit), threads.leading("key", flight):
        sys.exit(1)
    with pytest.raises(CancelledError):
        flight.result(0)
    assert threads.board("key")[1]
