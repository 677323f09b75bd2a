"""Tenants that hang or fail take some of a worker's threads, never all: the others are left for those who answer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tenants.errors import TenantBusy, TenantUnreachable
from tenants.key import Key
from tenants.pool import Pool

Connect = Callable[[], psycopg.Connection]


def test_many_dead_tenants_are_tried_two_at_a_time_after_they_failed() -> None:
    """The others are told at once, so that threads are left for those who answer."""
    crowded = Pool(per_tenant=2, total=20, untried=20)
    entered, leave = threading.Semaphore(0), threading.Event()

    def fail_at_once() -> psycopg.Connection:
        raise TenantUnreachable("It is away.")

    def hang() -> psycopg.Connection:
        entered.release()
        leave.wait(60)
        raise TenantUnreachable("It is away.")

    for key in range(8):
        with pytest.raises(TenantUnreachable):
            crowded.borrow(Key(key), 1, fail_at_once, wait_seconds=1)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(crowded.borrow, Key(key), 1, hang, wait_seconds=60) for key in range(8)]
        assert entered.acquire(timeout=30)
        assert entered.acquire(timeout=30)
        told: list[object] = []
        deadline = time.monotonic() + 30
        while len(told) < 6 and time.monotonic() < deadline:
            told = [future for future in asked if future.done()]
            time.sleep(0.02)
        assert len(told) == 6
        leave.set()
    crowded.close_all()


def test_untried_tenants_leave_threads_for_those_known_to_answer(connect: Connect) -> None:
    few = Pool(per_tenant=2, total=20, untried=1)
    leave = threading.Event()
    few.give_back(Key(7), few.borrow(Key(7), 1, connect, wait_seconds=1))

    def hang() -> psycopg.Connection:
        leave.wait(30)
        raise TenantUnreachable("It is away.")

    with ThreadPoolExecutor(1) as threads:
        threads.submit(few.borrow, Key(-1), 1, hang, wait_seconds=1)
        time.sleep(0.1)
        with pytest.raises(TenantBusy):
            few.borrow(Key(-2), 1, hang, wait_seconds=0.1)
        for _ in range(2):
            few.borrow(Key(7), 1, connect, wait_seconds=1).close()
        leave.set()
    few.close_all()
