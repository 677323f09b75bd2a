"""Workers and jobs for Prometheus: read from the central database when somebody asks, the same whoever answers."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from math import inf

from django.db import DatabaseError, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from paneldash.jobs import clocks, jobs_by_state, workers_alive
from paneldash.models import JobRun

STATES = ("todo", "doing", "succeeded", "failed", "cancelled", "aborted")


log = logging.getLogger(__name__)


class JobFigures(Collector):
    """Three queries."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("paneldash_workers_alive", "Worker processes, over all hosts", value=len(workers_alive()))
        yield _jobs()
        yield _ages()


def job_figures() -> bytes:
    """As text; nothing while the central database is away."""
    registry = CollectorRegistry()
    registry.register(JobFigures())
    try:
        return generate_latest(registry)
    except DatabaseError as error:
        log.warning("jobs cannot be counted", extra={"error": type(error).__name__})
        return b""
    finally:
        connection.close()


def _jobs() -> Metric:
    family = GaugeMetricFamily("paneldash_jobs", "Jobs in the queue by state", labels=["state"])
    whole = sum(jobs_by_state().values(), Counter[str]())
    for state in STATES:
        family.add_metric([state], whole[state])
    return family


def _ages() -> Metric:
    words = "Seconds since a job of the clock last succeeded; +Inf: never"
    family = GaugeMetricFamily("paneldash_job_success_age_seconds", words, labels=["job"])
    now, succeeded = timezone.now(), dict(JobRun.objects.values_list("task", "succeeded_at"))
    for name in sorted(clocks()):
        at = succeeded.get(name)
        family.add_metric([name], (now - at).total_seconds() if at else inf)
    return family
