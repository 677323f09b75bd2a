"""One run of the checks: begun, how far it is, and through; kept for the page, the newest ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from dashboards.models import CheckRun

SILENT = timedelta(seconds=60)  # a run says something with every tenant, and a tenant takes seconds
KEPT_RUNS = 100
LOCK = 4_103_877_202  # of the central database: two who press the button begin one run


def begin(by: str) -> CheckRun:
    return CheckRun.objects.create(asked_by=by[:254], heard_at=timezone.now())


def begin_alone(by: str) -> CheckRun | None:
    """A run, unless one is on its way."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return None if is_running(newest()) else begin(by)


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


def is_running(run: CheckRun | None) -> bool:
    return run is not None and run.finished_at is None and timezone.now() - run.heard_at < SILENT
