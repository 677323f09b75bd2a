"""Files that are being written: so few at once that those who look at panels, and other tenants, have connections and threads.

A file is sent as fast as its reader takes it, and holds a connection and a thread until then, for minutes perhaps.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from datasources.errors import SourceBusy
from tenants.forks import begin_empty
from tenants.models import Tenant

RETRY_SECONDS = 30.0


class Files:
    """Of this process: at most `of_tenant` at once of one tenant, and `whole` of all."""

    def __init__(self, *, of_tenant: int, whole: int) -> None:
        self._of_tenant, self._whole = of_tenant, whole
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[int] = Counter()

    @contextmanager
    def writing(self, tenant: Tenant) -> Iterator[None]:
        """Raises SourceBusy at once: who waited would hold a thread too."""
        with self._lock:
            if self._open[tenant.pk] >= self._of_tenant or self._open.total() >= self._whole:
                sentence = "As many files as may be are being downloaded. Please try again in a moment."
                raise SourceBusy(sentence, retry_after_seconds=RETRY_SECONDS)
            self._open[tenant.pk] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[tenant.pk] -= 1
                self._open += Counter()  # which drops those that have none


files = Files(of_tenant=max(1, settings.TENANT_POOL_SIZE // 2), whole=max(1, settings.WEB_THREADS // 2))
