"""One worker: takes jobs from the central database and runs them, some at a time, until it is asked to stop."""

import asyncio
import contextlib
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.utils import timezone
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

from paneldash import __version__
from paneldash.broken_off import run_again_what_was_broken_off
from paneldash.models import Worker
from paneldash.recorded import recorded

HEARTBEAT_SECONDS = 10.0
SILENT_SECONDS = 30.0  # who says nothing for longer is dead, and his jobs are run again
STOP_SECONDS = 30.0  # for the jobs that run when it is asked to stop
POLL_SECONDS = 5.0  # where nobody tells of a new job, and for one that was to wait


class CannotGoOn(Exception):
    """The central database is away, or its schema is not of this version."""


def run_worker() -> None:
    """Work until SIGTERM or SIGINT, then let running jobs end. Raises CannotGoOn."""
    connections.settings["default"]["OPTIONS"]["pool"]["min_size"] = 0  # most of the time it has nothing to ask
    try:
        me = Worker.objects.create(host=socket.gethostname(), pid=os.getpid(), version=__version__)
        connection.close()
        asyncio.run(_work(me))
        Worker.objects.filter(pk=me.pk).update(stopped_at=timezone.now())
    except (DatabaseError, ConnectorException) as error:
        raise CannotGoOn(str(error).strip() or type(error).__name__) from error


async def _work(me: Worker) -> None:
    """Whichever ends first ends the other: who cannot say that he is alive must not take jobs."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    loop.set_default_executor(ThreadPoolExecutor(settings.WORKER_JOBS + 1, thread_name_prefix="job"))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    with app.replace_connector(_connector()):
        async with app.open_async():
            tasks = [asyncio.create_task(one) for one in (_take_jobs(), _keep_watch(me), asked.wait())]
            done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in others:
                task.cancel()  # which asks the one that takes jobs to end in order
            await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        task.result()
    if not asked.is_set():
        raise CannotGoOn("The connection to the central database was lost.")


async def _take_jobs() -> None:
    """Of the queues this version knows: what another version has put there is that version's."""
    await app.run_worker_async(
        queues=sorted({task.queue for task in app.tasks.values()}),
        concurrency=settings.WORKER_JOBS,
        listen_notify=settings.WORKER_LISTENS,
        fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=SILENT_SECONDS,
        shutdown_graceful_timeout=STOP_SECONDS,
        install_signal_handlers=False,
        task_middleware=[*app.worker_defaults["task_middleware"], recorded],
    )


async def _keep_watch(me: Worker) -> None:
    while True:
        await asyncio.to_thread(_watch, me)
        await asyncio.sleep(HEARTBEAT_SECONDS)


def _watch(me: Worker) -> None:
    """Tell that one is alive, and do not wait for a free place to make good what others left in the middle."""
    with contextlib.closing(connection):
        Worker.objects.filter(pk=me.pk).update(seen_at=timezone.now())
        run_again_what_was_broken_off(silent_seconds=SILENT_SECONDS)


def _connector() -> PsycopgConnector:
    """Few connections of its own beside those of its jobs; nothing is prepared in them, for PgBouncer's sake."""
    where = {**connector_params("default"), "application_name": "paneldash worker"}
    return PsycopgConnector(kwargs=where, min_size=1, max_size=3, max_idle=60.0, timeout=10.0)
