"""How the work in the background stands: workers, kinds of jobs, what failed. A handful of queries, over all hosts."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from croniter import croniter
from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.periodic import PeriodicTask

from paneldash.models import JobError, JobRun, Worker
from paneldash.worker import SILENT_SECONDS

MOST_FAILURES = 50
UNKNOWN = "A worker took it that did not know this kind of job."


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job. `cron` and `next_at` are empty for one that runs only when it is asked to."""

    task: str
    purpose: str
    cron: str
    next_at: datetime | None
    run: JobRun | None
    waiting: int
    running: int
    failed: int

    @property
    def failed_last(self) -> bool:
        run = self.run
        return run is not None and run.failed_at is not None and (run.succeeded_at is None or run.failed_at > run.succeeded_at)


@dataclass(frozen=True, slots=True)
class Failure:
    """`at` is None where nobody wrote down why."""

    job_id: int
    task: str
    attempts: int
    at: datetime | None
    words: str


def workers_alive() -> list[Worker]:
    since = timezone.now() - timedelta(seconds=SILENT_SECONDS)
    return list(Worker.objects.filter(stopped_at=None, seen_at__gte=since))


def last_alive() -> datetime | None:
    """When a worker was last known to be there; None where none has been for a day."""
    seen: datetime | None = Worker.objects.aggregate(last=Max(Coalesce("stopped_at", "seen_at")))["last"]
    return seen


def jobs_by_state() -> dict[str, Counter[str]]:
    """How many jobs there are: `[queue][state]`."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for queue, state, number in ProcrastinateJob.objects.values_list("queue_name", "status").annotate(Count("pk")):
        counts[queue][state] = number
    return counts


def clocks() -> dict[str, PeriodicTask]:
    """The jobs that run by the clock, by name."""
    return {one.task.name: one for one in app.periodic_registry.periodic_tasks.values()}


def kinds() -> list[Kind]:
    """Those that run by the clock, by name; then whatever else is in the queue."""
    known, counts, runs = clocks(), jobs_by_state(), {run.task: run for run in JobRun.objects.all()}
    others = sorted(queue for queue in counts if queue not in known)
    return [_kind(name, known.get(name), runs.get(name), counts[name]) for name in [*sorted(known), *others]]


def failures() -> list[Failure]:
    """The newest."""
    jobs = list(ProcrastinateJob.objects.filter(status="failed").order_by("-pk")[:MOST_FAILURES])
    errors = JobError.objects.in_bulk([job.pk for job in jobs])
    return [_failure(job, errors.get(job.pk)) for job in jobs]


def _kind(name: str, clock: PeriodicTask | None, run: JobRun | None, counts: Counter[str]) -> Kind:
    task = app.tasks.get(name)
    return Kind(
        name,
        purpose=((task.func.__doc__ if task else None) or "").strip().partition("\n")[0],
        cron=clock.cron if clock else "",
        next_at=croniter(clock.cron, timezone.now()).get_next(datetime) if clock else None,
        run=run,
        waiting=counts["todo"],
        running=counts["doing"],
        failed=counts["failed"],
    )


def _failure(job: ProcrastinateJob, error: JobError | None) -> Failure:
    if error is None:
        return Failure(job.pk, job.task_name, job.attempts, None, UNKNOWN)
    return Failure(job.pk, job.task_name, job.attempts, error.at, error.words)
