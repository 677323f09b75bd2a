"""The pool by itself, over real connections: what it keeps, what it throws away, who waits and who does not."""

import contextlib
import os
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
NOTHING = {"open": 0, "idle": 0, "in_use": 0, "waited": 0, "tenants": 0}


@pytest.fixture
def small() -> Iterator[Pool]:
    made = Pool(per_tenant=2, total=3)
    yield made
    made.close_all()


def unreachable(detail: str = "refused") -> Connect:
    def connect() -> psycopg.Connection:
        raise TenantUnreachable("It is away.", detail=detail)

    return connect


def borrow(pool: Pool, connect: Connect, *, key: int = 1, version: int = 1, wait_seconds: float = 0.05) -> psycopg.Connection:
    return pool.borrow(Key(key), version, connect, wait_seconds=wait_seconds)


def fail(pool: Pool, *, key: int = 1, detail: str = "refused") -> str:
    with pytest.raises(TenantUnreachable) as caught:
        borrow(pool, unreachable(detail), key=key)
    return caught.value.detail


class Gate:
    """A host that keeps who connects waiting until it is opened, and then fails or lets in."""

    def __init__(self, then: Connect) -> None:
        self.then, self.opened = then, threading.Event()
        self.knocked = threading.Semaphore(0)

    def __call__(self) -> psycopg.Connection:
        self.knocked.release()
        assert self.opened.wait(30)
        return self.then()


def test_the_last_one_given_back_is_lent_first(small: Pool, connect: Connect) -> None:
    first, second = borrow(small, connect), borrow(small, connect)
    small.give_back(Key(1), first)
    small.give_back(Key(1), second)
    assert borrow(small, connect) is second
    small.give_back(Key(1), second)
    assert small.figures() == {"open": 2, "idle": 2, "in_use": 0, "waited": 0, "tenants": 1}


def test_a_tenant_has_no_more_than_its_share(small: Pool, connect: Connect) -> None:
    lent = [borrow(small, connect) for _ in range(2)]
    with pytest.raises(TenantBusy, match="try again"):
        borrow(small, connect)
    for connection in lent:
        small.give_back(Key(1), connection)
    assert small.figures()["waited"] == 1


def test_at_the_total_the_tenant_used_longest_ago_loses_its_oldest(small: Pool, connect: Connect) -> None:
    kept = [borrow(small, connect, key=key) for key in (1, 2, 3)]
    for key, connection in zip((1, 2, 3), kept, strict=True):
        small.give_back(Key(key), connection)
    small.give_back(Key(1), borrow(small, connect, key=1))
    small.give_back(Key(4), borrow(small, connect, key=4))
    assert [connection.closed for connection in kept] == [False, True, False]
    assert small.figures()["open"] == 3


def test_at_the_total_with_none_idle_one_waits_and_is_told(small: Pool, connect: Connect) -> None:
    lent = [(key, borrow(small, connect, key=key)) for key in (1, 2, 3)]
    with pytest.raises(TenantBusy):
        borrow(small, connect, key=4)
    for key, connection in lent:
        small.give_back(Key(key), connection)
    assert small.figures()["in_use"] == 0


def test_a_dead_tenant_does_not_cost_others_their_idle_connections(small: Pool, connect: Connect) -> None:
    for _ in range(3):
        fail(small, key=9)
    kept = [borrow(small, connect, key=key) for key in (1, 2, 3)]
    for key, connection in zip((1, 2, 3), kept, strict=True):
        small.give_back(Key(key), connection)
    for _ in range(5):
        fail(small, key=9)
    assert not any(connection.closed for connection in kept)


def test_a_failure_to_connect_leaves_no_place_taken(small: Pool, connect: Connect) -> None:
    for _ in range(5):
        fail(small)
    assert small.figures() == NOTHING


def test_what_connecting_raises_besides_leaves_no_place_taken(small: Pool) -> None:
    def broken() -> psycopg.Connection:
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            borrow(small, broken)
    assert small.figures() == NOTHING


def test_while_one_finds_out_nobody_else_waits_for_a_host_that_failed(small: Pool) -> None:
    fail(small)
    gate = Gate(unreachable())
    with ThreadPoolExecutor(1) as threads:
        trying = threads.submit(borrow, small, gate)
        assert gate.knocked.acquire(timeout=30)
        with pytest.raises(TenantUnreachable, match="It is away"):  # who waits is told that it is busy
            borrow(small, unreachable("asked"), wait_seconds=5)
        gate.opened.set()
        assert isinstance(trying.exception(30), TenantUnreachable)


def test_two_at_most_connect_to_one_tenant_and_who_waits_gets_what_they_make(connect: Connect) -> None:
    pool, gate = Pool(per_tenant=5, total=5), Gate(connect)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(borrow, pool, gate, wait_seconds=60) for _ in range(4)]
        assert [gate.knocked.acquire(timeout=patience) for patience in (30, 30, 0.3)] == [True, True, False]
        gate.opened.set()
        made = [future.result(60) for future in asked]
    assert len({id(connection) for connection in made}) == 4
    for connection in made:
        pool.give_back(Key(1), connection)
    pool.close_all()


def test_one_whose_server_has_gone_is_replaced_unseen(small: Pool, connect: Connect) -> None:
    stale = [borrow(small, connect) for _ in range(2)]
    for connection in stale:
        small.give_back(Key(1), connection)
    with connect() as other:
        other.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s) AS pid", [[c.info.backend_pid for c in stale]])
    fresh = borrow(small, connect)
    assert fresh.execute("SELECT 1").fetchone() == (1,)
    assert fresh not in stale
    small.give_back(Key(1), fresh)
    assert small.figures()["open"] == 1


def test_one_lent_before_closing_is_not_kept_even_after_others_were_made(small: Pool, connect: Connect) -> None:
    """Closing a tenant's connections means all of them, whatever happens before the last comes back."""
    lent = borrow(small, connect)
    small.close(1)
    small.give_back(Key(1), borrow(small, connect))
    small.give_back(Key(1), lent)
    assert lent.closed
    assert small.figures()["open"] == 1


def test_one_made_while_the_tenant_was_closed_is_not_kept(small: Pool, connect: Connect) -> None:
    gate = Gate(connect)
    with ThreadPoolExecutor(1) as threads:
        connecting = threads.submit(borrow, small, gate)
        assert gate.knocked.acquire(timeout=30)
        small.close(1)
        small.give_back(Key(1), borrow(small, connect))
        gate.opened.set()
        old = connecting.result(30)
    small.give_back(Key(1), old)
    assert old.closed
    assert small.figures() == {"open": 1, "idle": 1, "in_use": 0, "waited": 0, "tenants": 1}


def test_another_version_closes_the_old_ones_idle_and_lent(small: Pool, connect: Connect) -> None:
    idle, lent = borrow(small, connect), borrow(small, connect)
    small.give_back(Key(1), idle)
    new = borrow(small, connect, version=2)
    assert idle.closed
    small.give_back(Key(1), lent)
    assert lent.closed
    small.give_back(Key(1), new)
    assert not new.closed


def test_another_version_is_tried_at_once_whatever_the_old_one_met(small: Pool, connect: Connect) -> None:
    assert fail(small, detail="28P01") == "28P01"
    assert fail(small, detail="asked again") == "28P01"
    small.give_back(Key(1), borrow(small, connect, version=2))


@pytest.mark.parametrize(
    "changes",
    [
        "SET default_transaction_read_only = off",
        "SET TimeZone = 'Asia/Tokyo'",
        "SET DateStyle = 'German'",
        "SET standard_conforming_strings = off",
    ],
)
def test_one_whose_session_was_changed_is_not_lent_again(small: Pool, connect: Connect, changes: str) -> None:
    """What the server reports of a session is compared with what it was; that costs no query."""
    changed = borrow(small, connect)
    changed.execute(changes)
    small.give_back(Key(1), changed)
    assert changed.closed
    assert small.figures() == NOTHING


def test_a_change_that_was_rolled_back_is_none(small: Pool, connect: Connect) -> None:
    connection = borrow(small, connect)
    connection.execute("BEGIN; SET TimeZone = 'Asia/Tokyo'; SET statement_timeout = 1; ROLLBACK")
    small.give_back(Key(1), connection)
    assert not connection.closed


def test_sweeping_keeps_what_failures_are_remembered_and_forgets_the_rest(small: Pool, connect: Connect) -> None:
    """Else a tenant that hangs would be tried afresh after every sweep."""
    small.give_back(Key(1), borrow(small, connect, key=1))
    fail(small, key=2)
    small.sweep(idle_seconds=0)
    assert small.figures() == NOTHING
    assert [fail(small, key=2, detail=str(number)) for number in range(4)] == ["0", "1", "1", "1"]


def test_no_thread_is_left_when_nothing_is_open(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.pool.SWEEP_SECONDS", 0.02)
    monkeypatch.setattr("tenants.pool.IDLE_SECONDS", 0.0)
    pool = Pool(per_tenant=1, total=1)
    for _ in range(2):
        pool.give_back(Key(1), borrow(pool, connect))
        sweeper = pool._sweeper
        assert sweeper is not None
        sweeper.join(5)
        assert not sweeper.is_alive()
        assert pool.figures() == NOTHING


def test_a_child_process_has_none_of_its_parents(small: Pool, connect: Connect) -> None:
    """gunicorn forks: two processes that speak on one socket would read each other's answers."""
    kept = borrow(small, connect)
    small.give_back(Key(1), kept)
    child = os.fork()
    if child == 0:
        os._exit(small.figures()["open"])
    assert os.waitpid(child, 0)[1] == 0
    assert borrow(small, connect) is kept
    assert kept.execute("SELECT 1").fetchone() == (1,)
    small.give_back(Key(1), kept)


class Storm:
    """Threads that borrow, leave connections in every state, and close, sweep and change versions meanwhile."""

    def __init__(self, pool: Pool, connect: Connect) -> None:
        self.pool, self.connect = pool, connect
        self.begun_at = time.monotonic()
        self.lock = threading.Lock()
        self.in_hand: set[int] = set()
        self.shared, self.over, self.borrowed = 0, 0, 0

    @property
    def is_over(self) -> bool:
        """Two seconds, or as long as a busy machine takes for some of it."""
        return time.monotonic() - self.begun_at > (2 if self.borrowed > 100 else 60)

    def rage(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self.is_over:
            key = chance.randrange(6)
            if chance.random() < 0.03:
                self.pool.close(key)
            if chance.random() < 0.03:
                self.pool.sweep(idle_seconds=0)
            connect = unreachable() if chance.random() < 0.05 else self.connect
            try:
                connection = borrow(self.pool, connect, key=key, version=chance.choice((1, 1, 1, 2)), wait_seconds=0.5)
            except TenantUnreachable:
                continue
            self.use(connection, chance)
            self.pool.give_back(Key(key), connection)

    def use(self, connection: psycopg.Connection, chance: random.Random) -> None:
        with self.lock:
            self.shared += id(connection) in self.in_hand
            self.in_hand.add(id(connection))
            self.borrowed += 1
            figures = self.pool.figures()
            self.over += figures["open"] > self.pool.total
        what = chance.choice(("SELECT 1", "SELECT 1", "SELECT 1", "BEGIN", "SELECT pg_terminate_backend(pg_backend_pid())"))
        with contextlib.suppress(psycopg.OperationalError):
            connection.execute(what)
        with self.lock:
            self.in_hand.discard(id(connection))


def test_bounds_and_ownership_hold_in_a_storm(connect: Connect) -> None:
    pool = Pool(per_tenant=2, total=7)
    storm = Storm(pool, connect)
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(storm.rage, range(12)))
    assert (storm.shared, storm.over) == (0, 0)
    assert storm.borrowed > 100
    assert pool.figures()["in_use"] == 0
    pool.close_all()
    assert pool.figures()["open"] == 0
    assert not any(tenant.lent or tenant.connecting for tenant in pool._databases.values())
