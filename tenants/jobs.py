"""Jobs that run by the clock, or when somebody asks. Each app keeps its own in its `tasks.py`; any worker anywhere runs them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

AGAIN = RetryStrategy(max_attempts=3, wait=60)
SILENT = timedelta(seconds=30)  # a worker says every ten that it is alive

Work = TypeVar("Work", bound=Callable[[], object])


def scheduled(cron: str) -> Callable[[Work], Work]:
    """Run the function at the times of `cron`, in UTC: once over all workers, and never twice at the same moment.

    What fails is tried three times more, a minute apart. What a worker that died left in the middle is run again, so it
    has to do no harm to run it twice. The first line of its docstring says on the page *Jobs* what it does.
    """

    def register(work: Work) -> Work:
        name = _name_of(work)

        def run(context: JobContext, timestamp: int) -> None:
            if not _next_one_waits(context):
                work()

        run.__doc__ = work.__doc__
        # A queue of its own: a worker of another version takes no job that it does not know.
        task = app.task(name=name, queue=name, lock=name, retry=AGAIN, pass_context=True)(run)
        app.periodic(cron=cron)(task)
        return work

    return register


def when_asked(work: Callable[..., object]) -> Task[..., object, Any]:
    """Make a job of the function: its `defer(…)` puts it in the queue, within the transaction that is open, and answers its id.

    What fails is tried again, and what was broken off is run again, as above. Its arguments are kept as JSON.
    """
    name = _name_of(work)
    return app.task(name=name, queue=name, retry=AGAIN)(work)


def status_of(job_id: int) -> str | None:
    """`todo`, `doing`, `succeeded`, `failed`, …; None where it is gone."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(pk=job_id).values_list("status", flat=True).first()


def is_anybody_working() -> bool:
    """Whether a worker is there, on any host."""
    from procrastinate.contrib.django.models import ProcrastinateWorker

    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=timezone.now() - SILENT).exists()


def _name_of(work: Callable[..., object]) -> str:
    return f"{work.__module__.partition('.')[0]}.{work.__name__}"


def _next_one_waits(context: JobContext) -> bool:
    """Where a run takes longer than its interval, those that have piled up behind it are one."""
    from procrastinate.contrib.django.models import ProcrastinateJob  # models are there when a job runs

    job = context.job
    return ProcrastinateJob.objects.filter(task_name=job.task_name, status="todo", pk__gt=job.id).exists()
