"""The probes of balancers and monitors. Open to all, so they tell figures and never a name or an address."""

import shutil
import tempfile
from time import monotonic
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache as shared_cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from datasources.store import store
from paneldash import __version__
from paneldash.jobs import last_alive
from paneldash.pools import PoolFigures, central_pool, tenant_pool
from paneldash.probing import Question

CROWDED = 0.8
LEAST_FREE_BYTES = 200_000_000
NO_WORKER_SECONDS = 180
STARTED = monotonic()

Check = dict[str, Any]
logger = structlog.get_logger(__name__)


@login_not_required
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """The state of every part. 503 when no page could be served."""
    database, cache, worker = ask_database(), Question("cache", _ask_cache), Question("worker", _ask_workers)
    checks = {
        "database": check_database(database),
        "cache": check_cache(cache),
        "tenants": check_tenants(),
        "disk": check_disk(),
        "worker": check_worker(worker),
    }
    status = overall(checks, central_pool())
    facts = {"timestamp": timezone.now().isoformat(), "version": __version__, "uptime_s": round(monotonic() - STARTED)}
    return JsonResponse({"status": status, **facts, "checks": checks}, status=503 if status == "unhealthy" else 200)


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether to send requests here."""
    is_ready = ask_database().answer(otherwise=False)
    return JsonResponse({"status": "ready" if is_ready else "not ready"}, status=200 if is_ready else 503)


@login_not_required
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """Whether the process answers at all; it need not be restarted because a database is away."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def figures(_request: HttpRequest) -> JsonResponse:
    """The figures of the worker that answers."""
    pools = {"database": central_pool(), "tenants": tenant_pool()}
    return JsonResponse(
        {
            "timestamp": timezone.now().isoformat(),
            "version": __version__,
            "uptime_s": round(monotonic() - STARTED),
            "pools": {name: {**_details(pool), "max_connections": pool.most} for name, pool in pools.items()},
            "database_response_time_ms": check_database(ask_database())["response_time_ms"],
        }
    )


def overall(checks: dict[str, Check], pool: PoolFigures) -> str:
    """Without the central database nothing works; without anything else most does."""
    if checks["database"]["status"] == "fail":
        return "unhealthy"
    all_well = all(check["status"] == "pass" for check in checks.values()) and not _is_crowded(pool)
    return "healthy" if all_well else "degraded"


def ask_database() -> Question[bool]:
    return Question("database", _ask_database)


def check_database(asked: Question[bool]) -> Check:
    status = "pass" if asked.answer(otherwise=False) else "fail"
    return {"status": status, "response_time_ms": round(asked.elapsed_ms, 2), "details": _details(central_pool())}


def check_cache(asked: Question[bool]) -> Check:
    """Written and read back, and the shared store asked; what fails counts as a miss everywhere else."""
    return {"status": "pass" if asked.answer(otherwise=False) else "fail"}


def check_tenants() -> Check:
    pool = tenant_pool()
    return {"status": "warn" if _is_crowded(pool) else "pass", "details": _details(pool)}


def check_disk() -> Check:
    try:
        free = shutil.disk_usage(tempfile.gettempdir()).free
    except FileNotFoundError:  # nowhere that may be written to
        free = 0
    return {"status": "pass" if free > LEAST_FREE_BYTES else "warn"}


def check_worker(asked: Question[float | None]) -> Check:
    """Whether anybody runs the jobs in the background; what this process has not seen long enough it does not judge."""
    silent_seconds = asked.answer(otherwise=None)
    if silent_seconds is None:
        return {"status": "warn"}
    return {"status": "pass" if silent_seconds <= NO_WORKER_SECONDS else "warn", "silent_s": round(silent_seconds)}


def _is_crowded(pool: PoolFigures) -> bool:
    return pool.use > CROWDED


def _details(pool: PoolFigures) -> dict[str, int]:
    return {
        "open_connections": pool.open,
        "idle_connections": pool.idle,
        "in_use_connections": pool.in_use,
        "wait_count": pool.waits,
    }


def _ask_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError as error:
        logger.warning("the central database does not answer", error=str(error))
        return False
    finally:
        connection.close()


def _ask_cache() -> bool:
    mark = timezone.now().isoformat()
    try:
        shared_cache.set("health", mark, 60)
        return bool(shared_cache.get("health") == mark) and store().answers()
    finally:
        connection.close()


def _ask_workers() -> float | None:
    """Seconds since a worker was alive, or since this process began where none has been for a day."""
    try:
        seen = last_alive()
        return monotonic() - STARTED if seen is None else max(0.0, (timezone.now() - seen).total_seconds())
    except DatabaseError:
        return None
    finally:
        connection.close()
