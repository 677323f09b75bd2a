"""gunicorn forks its workers: what its own threads held or had begun must not stop theirs."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from datasources.landing import Landings
from datasources.load.counting import Counting
from datasources.results.first_level import FirstLevel
from datasources.results.flights import Threads
from tenants.known import Known
from tenants.tests.test_forks import is_so_in_a_child


def lands(landings: Landings) -> bool:
    done = threading.Event()
    landings.later(done.set)
    return done.wait(30)


def leads(threads: Threads) -> bool:
    return threads.board("key")[1]


def counts(counting: Counting) -> bool:
    counting.worked(1, 7)
    return [minute.tenants[1].ms for minute in counting.own()] == [7]


def asks(known: Known[str, str]) -> bool:
    return known.get("key", lambda: "new") == "new"


THINGS: dict[str, tuple[Callable[[], Any], str, Callable[[Any], object], Callable[[Any], bool]]] = {
    "landings": (Landings, "_lock", lands, lands),
    "flights": (Threads, "_lock", leads, leads),
    "load": (lambda: Counting(lambda: 60.0), "_changed", lambda load: load.worked(1, 3), counts),
    "results": (
        lambda: FirstLevel(whole_bytes=1_000),
        "_lock",
        lambda first: first.get("key"),
        lambda first: first.get("key") is None,
    ),
    "what is known": (lambda: Known(most=3), "_lock", lambda known: known.get("key", lambda: "old"), asks),
}


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("name", THINGS)
def test_a_child_begins_empty(name: str) -> None:
    make, lock, use, begins_empty = THINGS[name]
    thing = make()
    use(thing)
    with getattr(thing, lock):
        assert is_so_in_a_child(lambda: begins_empty(thing))
