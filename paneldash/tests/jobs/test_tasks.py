"""What the worker's own jobs do."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app, procrastinate_app
from procrastinate.contrib.django.models import ProcrastinateJob

from paneldash import tasks
from paneldash.models import JobError, Worker
from tenants.jobs import scheduled
from tenants.models import Session
from tenants.tasks import TOKENS_KEPT_DAYS, forget_expired_sessions, forget_tokens_long_over
from tenants.tokens.model import ApiToken

pytestmark = pytest.mark.django_db


def put(
    state: str,
    *,
    attempts: int = 0,
    hours_ago: int = 0,
    worker: int | None = None,
    task: str = "tenants.forget_expired_sessions",
) -> int:
    """A job in that state since then."""
    job = app.configure_task(task).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s, attempts = %s, worker_id = %s WHERE id = %s",
            [state, attempts, worker, job],
        )
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => %s) WHERE job_id = %s", [hours_ago, job]
        )
    return job


def state_of(job: int) -> str | None:
    return ProcrastinateJob.objects.values_list("status", flat=True).filter(pk=job).first()


def test_finished_jobs_go_and_failures_stay_longer(settings: Any) -> None:
    settings.JOB_RETENTION_DAYS = 2
    old = {state: put(state, hours_ago=30) for state in ("succeeded", "failed", "todo")}
    new, ancient = put("succeeded"), put("failed", hours_ago=49)
    JobError.objects.create(job_id=ancient, at=timezone.now() - timedelta(hours=49), words="x")
    tasks.forget_finished_jobs()
    kept = [state for state, job in old.items() if state_of(job)]
    assert (kept, state_of(new), state_of(ancient), JobError.objects.count()) == (["failed", "todo"], "succeeded", None, 0)


def test_workers_of_yesterday_are_forgotten() -> None:
    for hours in (1, 25):
        Worker.objects.create(host="a", pid=hours, version="1", seen_at=timezone.now() - timedelta(hours=hours))
    tasks.forget_finished_jobs()
    assert [worker.pid for worker in Worker.objects.all()] == [1]


def test_expired_entries_of_the_cache_are_forgotten() -> None:
    cache.set("kept", 1, 60)
    cache.set("gone", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE paneldash_cache SET expires_at = now() WHERE key LIKE '%%gone'")
        tasks.forget_expired_cache()
        cursor.execute(
            "SELECT count(*) FILTER (WHERE key LIKE '%%gone'), count(*) FILTER (WHERE key LIKE '%%kept') FROM paneldash_cache"
        )
        assert cursor.fetchone() == (0, 1)


def test_expired_sessions_are_forgotten(client: Client, ada: Any, bob: Any) -> None:
    client.force_login(ada)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    Client().force_login(bob)
    forget_expired_sessions()
    assert [session.user for session in Session.objects.all()] == [bob]


def test_tokens_are_kept_for_a_while_after_their_end(ada: Any) -> None:
    now, long = timezone.now(), timedelta(days=TOKENS_KEPT_DAYS, hours=1)
    ends = {
        "in force": {"expires_at": now + timedelta(days=1)}, "for ever": {}, "expired": {"expires_at": now - timedelta(days=1)},
        "revoked": {"revoked_at": now - timedelta(days=1)}, "long expired": {"expires_at": now - long},
        "long revoked": {"revoked_at": now - long, "expires_at": now + timedelta(days=1)},
    }  # fmt: skip
    for number, (name, end) in enumerate(ends.items()):
        ApiToken.objects.create(user=ada, name=name, public_id=f"{number:010}", digest="x", created_at=now - 2 * long, **end)
    forget_tokens_long_over()
    assert {token.name for token in ApiToken.objects.all()} == {"in force", "for ever", "expired", "revoked"}


def test_every_job_of_the_clock_says_what_it_does_and_has_a_queue_of_its_own() -> None:
    clocks = list(app.periodic_registry.periodic_tasks.values())
    assert {"tenants.forget_expired_sessions", "audit.prune", "audit.make_partitions"} <= {one.task.name for one in clocks}
    for clock in clocks:
        assert clock.task.func.__doc__, clock.task.name
        assert clock.task.queue == clock.task.lock == clock.task.name


def test_runs_that_have_piled_up_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.periodic_registry, "periodic_tasks", {})
    monkeypatch.setattr(procrastinate_app.current_app, "tasks", dict(app.tasks))
    done: list[int] = []
    work = scheduled("0 0 1 1 *")(lambda: done.append(1))
    task = app.tasks[f"paneldash.{work.__name__}"]
    first, last = (task.defer(timestamp=time) for time in (1, 2))
    for job_id in (first, last):
        job = ProcrastinateJob.objects.get(pk=job_id).procrastinate_job
        task.func(JobContext(app=app, job=job, start_timestamp=0, abort_reason=lambda: None), timestamp=1)
    assert done == [1]
