"""Jobs whose worker died in the middle are put back into the queue, by whichever worker notices first."""

import logging

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from paneldash.recorded import note_error

MOST_ATTEMPTS = 5  # of a job in the middle of which worker after worker dies
GIVEN_UP = "Its worker died in the middle of it, again and again. It is not run any more by itself."
LOCK = 7_263_543

log = logging.getLogger(__name__)


@transaction.atomic
def run_again_what_was_broken_off(*, silent_seconds: float) -> None:
    """A worker is dead that has said nothing for so long. One process at a time."""
    if not _is_our_turn():
        return
    queue = JobManager(DjangoConnector())
    for job in async_to_sync(queue.get_stalled_jobs)(seconds_since_heartbeat=silent_seconds):
        assert job.id is not None
        if job.attempts < MOST_ATTEMPTS:
            log.warning("job broken off, run again", extra={"job": job.task_name, "job_id": job.id})
            queue.retry_job_by_id(job.id, retry_at=timezone.now())
        else:
            log.error("job broken off too often", extra={"job": job.task_name, "job_id": job.id})
            async_to_sync(queue.finish_job)(job, status=Status.FAILED, delete_job=False)
            note_error(job.id, GIVEN_UP)


def _is_our_turn() -> bool:
    """A lock of the transaction, which PgBouncer lets through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])
