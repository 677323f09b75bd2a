"""A circuit breaker for one tenant's database: after some failures it answers at once, and lets a probe through now and then."""

import random
import time
from collections import deque
from collections.abc import Callable

from tenants.errors import TenantUnreachable

FAILURES = 3
WITHIN_SECONDS = 30.0
PROBE_SECONDS = 10.0


class Breaker:
    """Not locked: whoever holds one sees to that. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed_at: deque[float] = deque(maxlen=FAILURES)
        self._error: TenantUnreachable | None = None
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._error is not None

    def check(self) -> None:
        """Raise the error it opened with, unless it is time for a probe; whoever gets through is the probe."""
        if self._error is None:
            return
        now = self._clock()
        if now < self._probe_at:
            remaining = self._probe_at - now
            raise TenantUnreachable(self._error.sentence, detail=self._error.detail, retry_after_seconds=remaining)
        self._probe_at = now + _jittered(PROBE_SECONDS)

    def succeeded(self) -> None:
        self._failed_at.clear()
        self._error = None

    def failed(self, error: TenantUnreachable, *, at_once: bool = False) -> None:
        """Count a failure; `at_once` opens it with the first, so that a refused password is not tried again and again."""
        now = self._clock()
        self._failed_at.append(now)
        enough = len(self._failed_at) == FAILURES and now - self._failed_at[0] <= WITHIN_SECONDS
        if at_once or enough or self._error is not None:
            self._error = error
            self._probe_at = now + _jittered(PROBE_SECONDS)


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - spreads probes, guards nothing
