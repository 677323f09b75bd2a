"""A circuit breaker for one tenant's database: after some failures it answers at once, and lets a probe through now and then."""

import random
import time
from collections import deque
from collections.abc import Callable

from tenants.errors import TenantUnreachable

FAILURES = 3
WITHIN_SECONDS = 30.0
PROBE_SECONDS = 10.0
LOGIN_PROBE_SECONDS = 60.0  # some servers lock an account that fails to sign in too often


class Breaker:
    """Opens after so many `failures` within so many seconds.

    Not locked: whoever holds one sees to that. `clock` is monotonic seconds.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, failures: int = FAILURES, within_seconds: float = WITHIN_SECONDS
    ) -> None:
        self._clock = clock
        self._within_seconds = within_seconds
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._error: TenantUnreachable | None = None
        self._last: TenantUnreachable | None = None
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._error is not None

    @property
    def is_quiet(self) -> bool:
        """Closed, and nothing has failed lately."""
        return not self.is_open and not (self._failed_at and self._clock() - self._failed_at[-1] <= self._within_seconds)

    def refuse(self) -> None:
        """Raise the error it opened with, unless it is time for a probe."""
        remaining = self._probe_at - self._clock()
        if self._error is not None and remaining > 0:
            raise _again(self._error, remaining)

    def check(self) -> None:
        """As `refuse`; and whoever gets through is the probe."""
        self.refuse()
        if self._error is not None:
            self._probe_at = self._clock() + _jittered(PROBE_SECONDS)

    def allow_probe(self) -> None:
        """It is time for a probe: there is reason to hope."""
        self._probe_at = 0.0

    def doubt(self) -> None:
        """Raise the latest failure, if there was one lately: somebody else is finding out whether it lasts."""
        if self._last is not None and not self.is_quiet:
            raise _again(self._last, PROBE_SECONDS)

    def succeeded(self) -> None:
        self._failed_at.clear()
        self._error = self._last = None

    def failed(self, error: TenantUnreachable, *, at_once: bool = False) -> None:
        """Count a failure; `at_once` opens it with the first, so that a refused password is not tried again and again."""
        now = self._clock()
        self._failed_at.append(now)
        self._last = error
        enough = len(self._failed_at) == self._failed_at.maxlen and now - self._failed_at[0] <= self._within_seconds
        if at_once or enough or self._error is not None:
            self._error = error
            self._probe_at = now + _jittered(LOGIN_PROBE_SECONDS if at_once else PROBE_SECONDS)


def _again(error: TenantUnreachable, retry_after_seconds: float) -> TenantUnreachable:
    return TenantUnreachable(error.sentence, detail=error.detail, retry_after_seconds=retry_after_seconds)


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - spreads probes, guards nothing
