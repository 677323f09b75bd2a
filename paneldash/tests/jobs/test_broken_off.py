"""Jobs of workers that died."""

import pytest
from django.db import connection

from paneldash.broken_off import GIVEN_UP, MOST_ATTEMPTS, run_again_what_was_broken_off
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
