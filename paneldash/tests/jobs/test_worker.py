"""Workers as they are started, on a real queue: each job once, whatever happens to who runs it."""

import os
import signal
import subprocess
import sys
from collections import Counter

from procrastinate.contrib.django import app

from audit.models import Event
from paneldash.jobs import last_alive, workers_alive
from paneldash.models import JobError, JobRun
from paneldash.tests.jobs.conftest import Workers, wait_until
from paneldash.tests.test_gunicorn import ROOT

JOBS = 200


def put(task: str, **values: object) -> int:
    return app.configure_task(task, queue="try").defer(**values)


def test_two_workers_run_every_job_once(workers: Workers) -> None:
    workers.start("--no-ticks")
    workers.start("--no-ticks")
    app.configure_task("try.note", queue="try").batch_defer(*({"number": number, "seconds": 0.01} for number in range(JOBS)))
    wait_until(lambda: len(workers.written("ended")) >= JOBS, "all jobs")
    ended = workers.written("ended")
    assert Counter(number for number, _ in ended) == Counter(range(JOBS))
    assert len({pid for _, pid in ended}) == 2


def test_what_a_killed_worker_was_at_is_run_by_another(workers: Workers) -> None:
    first = workers.start("--no-ticks")
    job = put("try.note", number=1, seconds=3.0)
    wait_until(lambda: workers.written("begun"), "the job to begin")
    first.kill()
    second = workers.start("--no-ticks")
    wait_until(lambda: workers.written("ended"), "the job to end")
    assert [pid for _, pid in workers.written("begun")] == [first.pid, second.pid]
    assert workers.written("ended") == [(1, second.pid)]
    wait_until(lambda: workers.state_of(job) == "succeeded")


def test_a_time_of_the_clock_is_one_job_however_many_workers(workers: Workers) -> None:
    workers.start()
    workers.start()
    wait_until(lambda: len(workers.written("tick")) >= 6, "six ticks")
    times = [number for number, _ in workers.written("tick")]
    assert len(times) == len(set(times))


def test_asked_to_stop_it_ends_its_jobs_and_takes_no_more(workers: Workers) -> None:
    worker = workers.start("--no-ticks", WORKER_JOBS="1")
    put("try.note", number=1, seconds=2.0)
    wait_until(lambda: workers.written("begun"), "the job to begin")
    left = put("try.note", number=2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    assert workers.written("ended") == [(1, worker.pid)]
    assert workers.state_of(left) == "todo"
    assert workers_alive() == []
    assert last_alive() is not None


def test_without_being_told_of_jobs_it_looks_for_them(workers: Workers) -> None:
    """Behind PgBouncer in transaction mode nothing is heard."""
    workers.start("--no-ticks", WORKER_LISTENS="false")
    put("try.note", number=1)
    wait_until(lambda: workers.written("ended"), "the job")


def test_a_failure_is_kept_with_its_words_and_without_secrets(workers: Workers) -> None:
    workers.start("--no-ticks")
    job = put("try.fail", words="no route to postgres://ann:CANARY@db/x")
    wait_until(lambda: workers.state_of(job) == "failed", "the job to fail")
    assert JobError.objects.get(job_id=job).words == "ValueError: no route to postgres://ann:***@db/x"
    run = JobRun.objects.get(task="try.fail")
    assert (run.succeeded_at, run.failed_at is None) == (None, False)


def test_what_a_job_changes_is_told_of_as_the_jobs(workers: Workers) -> None:
    workers.start("--no-ticks")
    put("try.tell")
    wait_until(lambda: Event.objects.filter(object_type="try").exists(), "the event")
    assert Event.objects.get(object_type="try").actor == "job: try.tell"


def test_a_job_of_another_version_waits_for_its_worker(workers: Workers) -> None:
    workers.start("--no-ticks")
    strange = app.configure_task("future.job", queue="future.job").defer()
    put("try.note", number=1)
    wait_until(lambda: workers.written("ended"), "the known job")
    assert workers.state_of(strange) == "todo"


def test_without_the_central_database_it_ends_with_a_line() -> None:
    settings = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    done = subprocess.run([sys.executable, "manage.py", "worker"], cwd=ROOT, env=settings, capture_output=True, text=True)
    assert done.returncode == 1
    assert "CommandError: The worker cannot go on: the central database cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
