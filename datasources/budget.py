"""A tenant's query budget: the seconds its database may work for panels in a minute, over all processes and hosts."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.conf import settings

from datasources.errors import BudgetSpent
from datasources.landing import landings
from datasources.load import load
from datasources.store import StoreDown, store
from tenants.forks import begin_empty
from tenants.models import Tenant

MINUTE_SECONDS = 60
COUNTED_SECONDS = 120.0  # a minute, and what lands after it

T = TypeVar("T")


@dataclass(slots=True)
class _Spent:
    """One tenant's milliseconds of this minute: of all processes, as the store said last, and ours on their way there."""

    total_ms: int = 0
    pending_ms: int = 0


class Budget:
    """What was spent is counted in the store while nobody waits for it, and remembered: to look costs no round trip.

    Of what others spend a process learns when it spends itself. Without a store each process has a budget of its own.
    `clock` is epoch seconds, `timer` any.
    """

    def __init__(self, clock: Callable[[], float] = time.time, timer: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self._timer = clock, timer
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._spent: dict[int, _Spent] = {}

    def refuse_if_spent(self, tenant: Tenant) -> None:
        """Raise BudgetSpent for the rest of the minute."""
        may_ms = settings.TENANT_SECONDS_A_MINUTE * 1_000
        if not may_ms:
            return
        with self._lock:
            spent = self._of(tenant)
            is_spent = spent.total_ms + spent.pending_ms >= may_ms
        if is_spent:
            left = MINUTE_SECONDS - self._clock() % MINUTE_SECONDS
            raise BudgetSpent("This tenant's database has done its share for this minute.", retry_after_seconds=left)

    @contextmanager
    def spending(self, tenant: Tenant, *, queries: int = 1) -> Iterator[None]:
        """The tenant's database works as long as the block lasts, whatever comes of it; so many queries are asked in it."""
        started = self._timer()
        try:
            yield
        finally:
            self.spend(tenant, self._timer() - started, queries=queries)

    def spending_on(self, tenant: Tenant, answers: Iterator[T]) -> Iterator[T]:
        """The same answers. What it takes to get them is spent, not what their reader does meanwhile."""
        seconds = 0.0
        try:
            while True:
                started = self._timer()
                try:
                    answer = next(answers)
                except StopIteration:
                    return
                finally:
                    seconds += self._timer() - started
                yield answer
        finally:
            self.spend(tenant, seconds)

    def spend(self, tenant: Tenant, seconds: float, *, queries: int = 1) -> None:
        """The tenant's database has worked so long."""
        ms = round(seconds * 1_000)
        load.worked(tenant.pk, ms, queries=queries)
        with self._lock:
            spent = self._of(tenant)
            spent.pending_ms += ms
            key = f"spent:{tenant.pk}:{self._minute}"
        landings.later(partial(self._count, spent, key, ms))

    def _count(self, spent: _Spent, key: str, ms: int) -> None:
        total_ms = 0
        with suppress(StoreDown):
            total_ms = store().add(key, ms, COUNTED_SECONDS)
        with self._lock:
            spent.pending_ms -= ms
            spent.total_ms = max(spent.total_ms + ms, total_ms)

    def _of(self, tenant: Tenant) -> _Spent:
        """With the lock held. What is of an earlier minute is forgotten."""
        minute = int(self._clock() // MINUTE_SECONDS)
        if minute != self._minute:
            self._minute, self._spent = minute, {}
        return self._spent.setdefault(tenant.pk, _Spent())


budget = Budget()
