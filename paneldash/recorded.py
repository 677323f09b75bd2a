"""Around every job that a worker runs: when it began, how it ended, and what it failed with."""

import logging
import socket
import time
from typing import Any

import structlog
from django.utils import timezone
from procrastinate.job_context import JobContext
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker

from audit.acting import acting_as
from paneldash.logs import without_secrets
from paneldash.models import JobError, JobRun

LONGEST_ERROR = 2_000

log = logging.getLogger(__name__)


def recorded(call_next: SyncCallNext, context: JobContext, _worker: Worker) -> Any:
    """Run the job and write down what became of it. What it raises goes on, so that the queue tries it again."""
    task, job_id = context.job.task_name, context.job.id or 0
    with structlog.contextvars.bound_contextvars(job=task, job_id=job_id), acting_as(f"job: {task}"):
        _begin(task)
        started = time.monotonic()
        try:
            result = call_next()
        except Exception as error:
            ms, words = _ms_since(started), words_of(error)
            log.warning("job failed", extra={"error": words, "ms": ms, "attempt": context.job.attempts + 1})
            JobRun.objects.filter(task=task).update(failed_at=timezone.now(), took_ms=ms)
            note_error(job_id, words)
            raise
        ms = _ms_since(started)
        log.info("job done", extra={"ms": ms})
        JobRun.objects.filter(task=task).update(succeeded_at=timezone.now(), took_ms=ms)
        JobError.objects.filter(job_id=job_id).delete()
        return result


def note_error(job_id: int, words: str) -> None:
    JobError.objects.update_or_create(job_id=job_id, defaults={"at": timezone.now(), "words": words})


def words_of(error: Exception) -> str:
    return without_secrets(f"{type(error).__name__}: {error}")[:LONGEST_ERROR].replace("\x00", "")


def _begin(task: str) -> None:
    begun = JobRun(task=task, host=socket.gethostname(), started_at=timezone.now())
    changed = ["host", "started_at"]
    JobRun.objects.bulk_create([begun], update_conflicts=True, unique_fields=["task"], update_fields=changed)


def _ms_since(started: float) -> int:
    return round(1_000 * (time.monotonic() - started))
