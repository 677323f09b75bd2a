"""The way to a server: so many requests at once, and none for a while where it does not answer."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from datasources.errors import SourceBusy, SourceError, SourceUnavailable
from datasources.prometheus.failures import Silence
from tenants.breaker import Breaker
from tenants.errors import TenantUnreachable
from tenants.forks import begin_empty

MOST_GATES = 1_000
WAIT_SECONDS = 5.0  # for a request of ours to end
SILENT = TenantUnreachable("The server takes queries and does not answer.", detail="silent")


class Gate:
    """One server's, in this process."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(settings.TENANT_POOL_SIZE)
        self._lock = threading.Lock()
        self._breaker = Breaker()

    @contextmanager
    def passing(self, *, seconds: float) -> Iterator[None]:
        """Raises SourceUnavailable, SourceBusy among it; and what the block raises, which is remembered."""
        self._check()
        if not self._places.acquire(timeout=max(0.0, min(seconds, WAIT_SECONDS))):
            raise SourceBusy("This data source has as many queries running as it may.", retry_after_seconds=5)
        try:
            yield
        except SourceError as error:
            self._note(error)
            raise
        else:
            self._note(None)
        finally:
            self._places.release()

    def _check(self) -> None:
        try:
            with self._lock:
                self._breaker.check()
        except TenantUnreachable as error:
            raise SourceUnavailable(error.sentence, detail=error.detail, retry_after_seconds=error.retry_after_seconds) from error

    def _note(self, error: SourceError | None) -> None:
        """A server that refuses a query, or says itself that it takes too long, answers."""
        with self._lock:
            if isinstance(error, SourceUnavailable) and not isinstance(error, SourceBusy):
                self._breaker.failed(TenantUnreachable(error.sentence, detail=error.detail))
            elif isinstance(error, Silence):
                self._breaker.failed(SILENT)
            elif not isinstance(error, SourceBusy):
                self._breaker.succeeded()


class Gates:
    """By source and its settings' version; those longest unused go first."""

    def __init__(self) -> None:
        begin_empty(self.forget)

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._gates: OrderedDict[tuple[int, int], Gate] = OrderedDict()

    def of(self, source: int, version: int) -> Gate:
        with self._lock:
            gate = self._gates.setdefault((source, version), Gate())
            self._gates.move_to_end((source, version))
            while len(self._gates) > MOST_GATES:
                self._gates.popitem(last=False)
            return gate


gates = Gates()
