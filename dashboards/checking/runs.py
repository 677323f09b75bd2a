"""One run of the checks: asked for, begun, how far it is, and through; kept for the page, the newest ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.utils import timezone

from dashboards.models import CheckRun
from tenants.jobs import status_of

SILENT = timedelta(seconds=60)  # a run says something with every tenant, and a tenant takes seconds
KEPT_RUNS = 100
LOCK = 4_103_877_202  # of the central database: two who press the button begin one run


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    THROUGH = "through"
    BROKEN_OFF = "broken off"


ON_ITS_WAY = {State.WAITING, State.RUNNING}
_OF_JOB = {"todo": State.WAITING, "doing": State.RUNNING}


def begin(by: str) -> CheckRun:
    return CheckRun.objects.create(asked_by=by[:254], heard_at=timezone.now())


def ask_for(by: str, put: Callable[[CheckRun], int]) -> bool:
    """A run for a worker, which `put` gives to the queue, unless one is on its way."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if state_of(newest()) in ON_ITS_WAY:
            return False
        run = begin(by)
        run.job_id = put(run)
        run.save(update_fields=["job_id"])
    return True


@contextmanager
def running(run: CheckRun, *, tenants: int) -> Iterator[CheckRun]:
    run.tenants = tenants
    note(run, done=0, unreachable=0)
    yield run
    run.finished_at = run.heard_at = timezone.now()
    run.save()
    CheckRun.objects.filter(pk__lte=run.pk - KEPT_RUNS).delete()


def note(run: CheckRun, *, done: int, unreachable: int) -> None:
    run.done, run.unreachable, run.heard_at = done, unreachable, timezone.now()
    run.save(update_fields=["tenants", "done", "unreachable", "heard_at"])


def newest() -> CheckRun | None:
    return CheckRun.objects.first()


def state_of(run: CheckRun | None) -> State | None:
    """By its job where it has one, which is run again where its worker dies; by its last word where it has none."""
    if run is None:
        return None
    if run.finished_at is not None:
        return State.THROUGH
    if run.job_id is None:
        return State.RUNNING if timezone.now() - run.heard_at < SILENT else State.BROKEN_OFF
    return _OF_JOB.get(status_of(run.job_id) or "", State.BROKEN_OFF)
