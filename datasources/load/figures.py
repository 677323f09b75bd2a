"""Query times and errors by tenant and by panel, for whoever may read names at /metrics.

The names are bounded: 1,000 tenants with 500 panels each would be 500,000 panels. So many of the first have a label of their
own in each process, the others share one.
"""

import threading
from typing import Final

from django.conf import settings
from prometheus_client import Counter, Histogram

from datasources.errors import SourceError

BUCKETS_SECONDS = (0.01, 0.05, 0.25, 1.0, 5.0, 30.0)
OTHERS: Final = "(others)"  # which no slug can be
BY_PANEL = ["tenant", "panel"]

TENANT_SECONDS = Histogram(
    "paneldash_tenant_query_seconds", "Asking a tenant's database for a result", ["tenant"], buckets=BUCKETS_SECONDS
)
TENANT_ERRORS = Counter("paneldash_tenant_query_errors", "Times that failed, by why", ["tenant", "error"])
PANEL_QUERIES = Counter("paneldash_panel_queries", "Times a panel's queries were asked and answered", BY_PANEL)
PANEL_SECONDS = Counter("paneldash_panel_query_seconds", "What that took in all", BY_PANEL)
PANEL_ERRORS = Counter("paneldash_panel_errors", "Times somebody was shown an error in a panel's place", BY_PANEL)


class Names:
    """The first `most` names that come; what comes after them is (others)."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._lock = threading.Lock()
        self._known: set[tuple[str, ...]] = set()

    def label(self, *name: str) -> tuple[str, ...]:
        with self._lock:
            if name not in self._known and len(self._known) >= getattr(settings, self._setting):
                return (OTHERS,) * len(name)
            self._known.add(name)
            return name


tenants, panels = Names("METRICS_TENANTS"), Names("METRICS_PANELS")


def tenant_asked(tenant: str, seconds: float) -> None:
    if settings.METRICS_TOKEN:
        TENANT_SECONDS.labels(*tenants.label(tenant)).observe(seconds)


def tenant_failed(tenant: str, error: SourceError) -> None:
    if settings.METRICS_TOKEN:
        TENANT_ERRORS.labels(*tenants.label(tenant), error.reason).inc()


def panel_asked(tenant: str, panel: str, seconds: float) -> None:
    if settings.METRICS_TOKEN:
        name = panels.label(tenant, panel)
        PANEL_QUERIES.labels(*name).inc()
        PANEL_SECONDS.labels(*name).inc(seconds)


def panel_failed(tenant: str, panel: str, error: SourceError) -> None:
    """But for what the asker did wrong."""
    if settings.METRICS_TOKEN and error.reason != "asker":
        PANEL_ERRORS.labels(*panels.label(tenant, panel)).inc()
