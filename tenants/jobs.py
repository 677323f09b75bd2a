"""Jobs that run by the clock. Each app keeps its own in its `tasks.py`; any worker on any host runs them."""

from collections.abc import Callable
from typing import TypeVar

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

AGAIN = RetryStrategy(max_attempts=3, wait=60)

Work = TypeVar("Work", bound=Callable[[], object])


def scheduled(cron: str) -> Callable[[Work], Work]:
    """Run the function at the times of `cron`, in UTC: once over all workers, and never twice at the same moment.

    What fails is tried three times more, a minute apart. What a worker that died left in the middle is run again, so it
    has to do no harm to run it twice. The first line of its docstring says on the page *Jobs* what it does.
    """

    def register(work: Work) -> Work:
        name = f"{work.__module__.partition('.')[0]}.{work.__name__}"

        def run(context: JobContext, timestamp: int) -> None:
            if not _next_one_waits(context):
                work()

        run.__doc__ = work.__doc__
        # A queue of its own: a worker of another version takes no job that it does not know.
        task = app.task(name=name, queue=name, lock=name, retry=AGAIN, pass_context=True)(run)
        app.periodic(cron=cron)(task)
        return work

    return register


def _next_one_waits(context: JobContext) -> bool:
    """Where a run takes longer than its interval, those that have piled up behind it are one."""
    from procrastinate.contrib.django.models import ProcrastinateJob  # models are there when a job runs

    job = context.job
    return ProcrastinateJob.objects.filter(task_name=job.task_name, status="todo", pk__gt=job.id).exists()
