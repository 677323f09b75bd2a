"""Figures for Prometheus: requests, connections, the shared store, jobs. Never a name of a host or a person.

Tenants and panels have names there for who has METRICS_TOKEN alone; without one nothing is counted by name.
"""

import os
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from datasources.store import store
from paneldash.job_figures import job_figures
from paneldash.pools import PoolFigures, central_pool, tenant_pool
from paneldash.probing import Question

REQUESTS = Counter("paneldash_requests_total", "Answers", ["method", "view", "status"])
SECONDS = Histogram("paneldash_request_seconds", "Time until the answer's first byte", ["view"])
CONNECTIONS = Gauge("paneldash_connections", "Open connections", ["pool", "state"], multiprocess_mode="livesum")
WAITS = Gauge("paneldash_connection_waits", "Times a request waited for a connection", ["pool"], multiprocess_mode="livesum")
STORE_BYTES = Gauge("paneldash_store_bytes", "What the shared store holds", multiprocess_mode="livemostrecent")
STORE_DOWN = Gauge("paneldash_store_down", "1 while the shared store cannot be asked", multiprocess_mode="livemostrecent")

Handler = Callable[[HttpRequest], HttpResponseBase]


class MetricsMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or match.route) if match else "none"
        SECONDS.labels(view).observe(perf_counter() - started)
        REQUESTS.labels(request.method, view, response.status_code).inc()
        return response


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All workers' figures where they share a folder, else this worker's. Pools: those of the worker that answers."""
    if not _may_read(request):
        return HttpResponse("METRICS_TOKEN is asked for.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = REGISTRY
    record_pools()
    record_store()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    body = generate_latest(registry) + Question("jobs", job_figures).answer(otherwise=b"")
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return not settings.METRICS_TOKEN or constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


def record_pools() -> None:
    for name, figures in (("central", central_pool()), ("tenants", tenant_pool())):
        _record(name, figures)


def record_store() -> None:
    figures = store().figures()
    STORE_DOWN.set(figures.is_down)
    if figures.bytes is not None:
        STORE_BYTES.set(figures.bytes)


def _record(name: str, figures: PoolFigures) -> None:
    CONNECTIONS.labels(name, "idle").set(figures.idle)
    CONNECTIONS.labels(name, "in_use").set(figures.in_use)
    WAITS.labels(name).set(figures.waits)
