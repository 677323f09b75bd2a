"""Jobs of workers that died."""

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from paneldash import broken_off
from paneldash.broken_off import GIVEN_UP, MOST_ATTEMPTS, run_again_what_was_broken_off
from paneldash.embedded import EmbeddedServer
from paneldash.models import JobError
from paneldash.tests.jobs.test_tasks import put, state_of

pytestmark = pytest.mark.django_db


def registered(*, seconds_ago: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [seconds_ago],
        )
        return int(cursor.fetchone()[0])


def test_jobs_of_the_living_are_left_to_them() -> None:
    job = put("doing", worker=registered(seconds_ago=5))
    run_again_what_was_broken_off(silent_seconds=30)
    assert state_of(job) == "doing"


@pytest.mark.parametrize("is_registered", [True, False])
def test_jobs_of_the_dead_wait_again(is_registered: bool) -> None:
    job = put("doing", worker=registered(seconds_ago=60) if is_registered else None)
    run_again_what_was_broken_off(silent_seconds=30)
    assert state_of(job) == "todo"


def test_a_job_that_ends_worker_after_worker_is_given_up() -> None:
    job = put("doing", attempts=MOST_ATTEMPTS)
    run_again_what_was_broken_off(silent_seconds=30)
    assert (state_of(job), JobError.objects.get().words) == ("failed", GIVEN_UP)


def test_no_job_is_held_while_another_is_waited_for(queue: None, embedded_server: EmbeddedServer) -> None:
    """procrastinate, which deletes the dead worker, would wait for that one: of two who wait for each other one is ended."""
    dead = registered(seconds_ago=60)
    jobs = [put("doing", worker=dead, task=task) for task in ("tenants.forget_expired_sessions", "audit.prune")]
    with psycopg.connect(embedded_server.url(connection.settings_dict["NAME"])) as other, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
        other.execute("UPDATE procrastinate_jobs SET worker_id = NULL WHERE id = %s", [jobs[1]])
        run_again_what_was_broken_off(silent_seconds=30)
        other.execute("SELECT FROM procrastinate_jobs WHERE id = %s FOR UPDATE NOWAIT", [jobs[0]])
        cursor.execute("RESET lock_timeout")
    assert [state_of(job) for job in jobs] == ["todo", "doing"]
    run_again_what_was_broken_off(silent_seconds=30)
    assert [state_of(job) for job in jobs] == ["todo", "todo"]


def test_what_another_has_made_good_meanwhile_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs again, with a worker that lives."""
    job = put("doing", worker=registered(seconds_ago=60))

    def make_good() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET attempts = 1 WHERE id = %s", [job])

    stalled = broken_off.JobManager.get_stalled_jobs

    async def found_too_late(*arguments: object, **named: object) -> list[object]:
        jobs = list(await stalled(*arguments, **named))
        await sync_to_async(make_good)()
        return jobs

    monkeypatch.setattr(broken_off.JobManager, "get_stalled_jobs", found_too_late)
    run_again_what_was_broken_off(silent_seconds=30)
    assert state_of(job) == "doing"
