import pytest

from datasources.store.base import StoreDown
from datasources.store.rest import Rest


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_after_a_failure_nobody_asks_for_a_while_and_then_one_does() -> None:
    clock = Clock()
    rest = Rest(5.0, clock)
    rest.refuse()
    rest.begin()
    clock.now += 4.9
    with pytest.raises(StoreDown):
        rest.refuse()
    clock.now += 0.2
    rest.refuse()
    with pytest.raises(StoreDown):
        rest.refuse()


def test_a_probe_that_fails_begins_another_and_one_that_does_not_ends_it() -> None:
    clock = Clock()
    rest = Rest(5.0, clock)
    rest.begin()
    clock.now += 6
    rest.refuse()
    rest.begin()
    clock.now += 4
    with pytest.raises(StoreDown):
        rest.refuse()
    clock.now += 2
    rest.refuse()
    rest.end()
    for _ in range(3):
        rest.refuse()
