"""Real worker processes on the test's database, and a table in which their jobs write."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from paneldash.embedded import EmbeddedServer
from paneldash.models import Worker
from paneldash.tests.test_gunicorn import ROOT

PATIENCE_SECONDS = 60
EMPTY = "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"


def wait_until(is_so: Callable[[], Any], what: str = "it") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


@dataclass
class Workers:
    """Starts workers and reads what their jobs wrote."""

    url: str
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *options: str, **environment: str) -> subprocess.Popen[str]:
        settings = {**os.environ, "DATABASE_URL": self.url, "LOG_LEVEL": "WARNING", **environment}
        command = [sys.executable, "-m", "paneldash.tests.jobs.short_worker", *options]
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        wait_until(lambda: self._is_there(process), "a worker to start")
        return process

    def written(self, what: str) -> list[tuple[int, int]]:
        """(number, pid) in the order of writing."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT number, pid FROM tried WHERE what = %s ORDER BY at", [what])
            return list(cursor.fetchall())

    def state_of(self, job_id: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
            return str(cursor.fetchone()[0])

    def _is_there(self, process: subprocess.Popen[str]) -> bool:
        assert process.poll() is None, process.communicate()[1]
        return Worker.objects.filter(pid=process.pid).exists()


@pytest.fixture
def workers(queue: None, embedded_server: EmbeddedServer) -> Iterator[Workers]:
    made = Workers(embedded_server.url(connection.settings_dict["NAME"]))
    yield made
    for process in made.processes:
        process.kill()
        process.communicate()


@pytest.fixture
def queue(transactional_db: None) -> Iterator[None]:
    """An empty queue; its tables are not Django's, who empties only its own after a test."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{EMPTY}; CREATE TABLE tried (what text, number bigint, pid int, at timestamptz DEFAULT clock_timestamp())"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"{EMPTY}; DROP TABLE tried")
