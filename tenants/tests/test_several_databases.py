"""Several databases of one tenant share what the tenant may have open; what one of them does costs the others nothing else."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tenants.errors import TenantBusy, TenantUnreachable
from tenants.key import Key
from tenants.pool import Pool

Connect = Callable[[], psycopg.Connection]
OWN, OTHER, THIRD, FOREIGN = Key(1), Key(1, 7), Key(1, 8), Key(2)


@pytest.fixture
def three() -> Iterator[Pool]:
    made = Pool(per_tenant=3, total=5)
    yield made
    made.close_all()


def borrow(pool: Pool, connect: Connect, key: Key) -> psycopg.Connection:
    return pool.borrow(key, 1, connect, wait_seconds=0.05)


def away() -> psycopg.Connection:
    raise TenantUnreachable("It is away.")


def test_a_connection_is_lent_to_its_own_database_alone(three: Pool, connect: Connect) -> None:
    first = borrow(three, connect, OWN)
    three.give_back(OWN, first)
    assert borrow(three, connect, OTHER) is not first
    assert borrow(three, connect, OWN) is first


def test_together_they_have_no_more_than_one_would(three: Pool, connect: Connect) -> None:
    for key in (OWN, OTHER, THIRD):
        borrow(three, connect, key)
    for key in (OWN, OTHER, THIRD):
        with pytest.raises(TenantBusy):
            borrow(three, connect, key)
    borrow(three, connect, FOREIGN)


def test_the_last_place_is_for_a_database_that_has_none(three: Pool, connect: Connect) -> None:
    three.give_back(OWN, borrow(three, connect, OWN))
    lent = [borrow(three, connect, OTHER) for _ in range(2)]
    with pytest.raises(TenantBusy):
        borrow(three, connect, OTHER)
    borrow(three, connect, OWN)
    assert len(lent) == 2


def test_a_database_alone_has_all_places(three: Pool, connect: Connect) -> None:
    for _ in range(3):
        borrow(three, connect, OTHER)


def test_idle_ones_of_the_others_make_room(three: Pool, connect: Connect) -> None:
    for key in (OWN, OTHER, OWN):
        kept = [borrow(three, connect, key) for _ in range(2)]
        for connection in kept:
            three.give_back(key, connection)
        assert three.figures()["open"] <= 3


def test_a_dead_one_opens_its_own_breaker_alone(three: Pool, connect: Connect) -> None:
    for _ in range(3):
        with pytest.raises(TenantUnreachable):
            borrow(three, away, OTHER)
    with pytest.raises(TenantUnreachable):
        borrow(three, connect, OTHER)
    borrow(three, connect, OWN)


def test_a_tenants_connections_are_closed_whatever_they_lead_to(three: Pool, connect: Connect) -> None:
    for key in (OWN, OTHER, FOREIGN):
        three.give_back(key, borrow(three, connect, key))
    three.close(1)
    assert three.figures() == {"open": 1, "idle": 1, "in_use": 0, "waited": 0, "tenants": 1}


def test_the_bound_holds_in_a_storm(connect: Connect) -> None:
    pool = Pool(per_tenant=3, total=7)
    ends_at, over, borrowed = time.monotonic() + 1, [], []
    lock = threading.Lock()

    def rage(seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < ends_at:
            key = Key(chance.randrange(3), chance.randrange(4))
            try:
                connection = pool.borrow(key, 1, connect if chance.random() < 0.95 else away, wait_seconds=0.5)
            except TenantUnreachable:
                continue
            with pool._lock:
                over.extend(at for at, its in pool._of_tenant.items() if sum(one.open for one in its.values()) > 3)
            with lock:
                borrowed.append(key)
            pool.give_back(key, connection)
            if chance.random() < 0.05:
                pool.sweep(idle_seconds=0)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(rage, range(8)))
    assert not over
    assert len({*borrowed}) == 12
    pool.close_all()
    pool.sweep(idle_seconds=0)
    assert not pool._databases
    assert not pool._of_tenant
