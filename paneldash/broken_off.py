"""Jobs whose worker died in the middle are put back into the queue, by whichever worker notices first."""

import logging

from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from paneldash.recorded import note_error

MOST_ATTEMPTS = 5  # of a job in the middle of which worker after worker dies
GIVEN_UP = "Its worker died in the middle of it, again and again. It is not run any more by itself."

log = logging.getLogger(__name__)


def run_again_what_was_broken_off(*, silent_seconds: float) -> None:
    """A worker is dead that has said nothing for so long."""
    queue = JobManager(DjangoConnector())
    for job in async_to_sync(queue.get_stalled_jobs)(seconds_since_heartbeat=silent_seconds):
        _make_good(job, queue)


@transaction.atomic
def _make_good(job: Job, queue: JobManager) -> None:
    """Unless somebody has it in hand, or did so a moment ago.

    A transaction holds one job and waits for none: procrastinate deletes a dead worker, and with it changes all its jobs,
    in an order of its own.
    """
    assert job.id is not None
    unchanged = ProcrastinateJob.objects.filter(pk=job.id, status="doing", attempts=job.attempts)
    if not unchanged.select_for_update(skip_locked=True).exists():
        return
    if job.attempts < MOST_ATTEMPTS:
        log.warning("job broken off, run again", extra={"job": job.task_name, "job_id": job.id})
        queue.retry_job_by_id(job.id, retry_at=timezone.now())
    else:
        log.error("job broken off too often", extra={"job": job.task_name, "job_id": job.id})
        async_to_sync(queue.finish_job)(job, status=Status.FAILED, delete_job=False)
        note_error(job.id, GIVEN_UP)
