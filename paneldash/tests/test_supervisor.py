"""`make run`, in a process and a home of its own."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from paneldash.home import default_home
from paneldash.tests.test_gunicorn import ROOT, ask_all, free_port

SLOW = """
import sys
from paneldash import supervisor
supervisor.GUNICORN[-1] = "paneldash.tests.slow:application"
sys.exit(supervisor.main())
"""
LEFT_OUT = {"DATABASE_URL", "SECRET_KEY", "TENANT_CREDENTIAL_KEYS", "STATIC_ROOT", "EMAIL_URL", "HTTPS"}


class Run:
    def __init__(self, port: int) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        self.environment = {**kept, "PORT": str(port), "PANELDASH_HOME": str(default_home(ROOT) / "test-run")}
        self.port = port
        self.said = ""

    def start(self, program: tuple[str, ...] = ("-m", "paneldash.supervisor")) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *program],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def read_until(self, text: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if text in line:
                return

    def status(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    run = Run(free_port())
    run.start()
    run.read_until("Ctrl-C stops")
    yield run
    run.process.send_signal(signal.SIGTERM)
    run.process.communicate(timeout=60)


def test_says_what_it_does_and_what_to_open(run: Run) -> None:
    password = Path(run.environment["PANELDASH_HOME"], "demo-password").read_text()
    for text in ("PostgreSQL", f"http://127.0.0.1:{run.port}/", "admin@paneldash.local", password):
        assert text in run.said, run.said


def test_serves(run: Run) -> None:
    assert run.status("/ready") == run.status("/accounts/login/") == 200


def test_static_files_are_compressed_and_kept_for_ever(run: Run) -> None:
    page = urllib.request.urlopen(f"http://127.0.0.1:{run.port}/accounts/login/").read().decode()
    sheet = re.search(r"/static/css/tokens\.[0-9a-f]+\.css", page)
    assert sheet is not None
    request = urllib.request.Request(f"http://127.0.0.1:{run.port}{sheet[0]}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "immutable" in answer.headers["Cache-Control"]


def test_secrets_are_private(run: Run) -> None:
    home = Path(run.environment["PANELDASH_HOME"])
    files = [home / name for name in ("secret-key", "credential-keys", "demo-password", "password")]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_taken_port_is_a_line_and_nothing_is_started(run: Run) -> None:
    second = Run(run.port)
    second.start()
    said, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert f"Port {run.port} is taken" in said
    assert "PostgreSQL" not in said
    assert "Traceback" not in said


def test_brings_a_killed_database_back(run: Run) -> None:
    postmaster = int(next(Path(run.environment["PANELDASH_HOME"]).glob("pg*/postmaster.pid")).read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    run.read_until("was started again")
    assert run.status("/ready") == 200


def worker_of(run: Run) -> psutil.Process:
    return next(process for process in run.family() if process.cmdline()[-1:] == ["worker"])


def test_brings_a_killed_worker_back(run: Run) -> None:
    killed = worker_of(run)
    killed.kill()
    run.read_until("The worker had ended and was started again")
    assert worker_of(run).pid != killed.pid
    assert run.status("/ready") == 200


def test_interrupt_stops_everything_and_a_later_start_serves_again(run: Run) -> None:
    before = run.family()
    run.process.send_signal(signal.SIGINT)
    run.process.communicate(timeout=60)
    assert run.process.returncode == 0
    assert not [process for process in before if process.is_running()]
    assert not list(Path(run.environment["PANELDASH_HOME"]).glob("pg*/postmaster.pid"))
    run.start()
    run.read_until("Ctrl-C stops")
    assert run.status("/ready") == 200


def test_requests_that_run_are_answered_before_it_stops(run: Run, tmp_path: Path) -> None:
    run.process.send_signal(signal.SIGINT)
    run.process.communicate(timeout=60)
    run.start(("-c", SLOW))
    run.read_until("Ctrl-C stops")
    with ThreadPoolExecutor(8) as threads:
        asked = ask_all(run.status, threads, 8, until=tmp_path / "told")
        run.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        (tmp_path / "told").touch()
        assert [request.result() for request in asked] == [200] * 8
    run.process.communicate(timeout=60)
    assert run.process.returncode == 0
    run.start()
    run.read_until("Ctrl-C stops")


def test_nothing_it_started_outlives_a_killed_supervisor(run: Run) -> None:
    family = run.family()
    run.process.kill()
    psutil.wait_procs(family, timeout=20)
    assert not [process for process in family if process.is_running()]
    run.start()
    run.read_until("Ctrl-C stops")
    assert run.status("/ready") == 200


def test_address_that_is_not_ours_is_a_line() -> None:
    run = Run(free_port())
    run.environment["HOST"] = "192.0.2.1"
    run.start()
    said, _ = run.process.communicate(timeout=30)
    assert (run.process.returncode, "Cannot serve on HOST=192.0.2.1" in said) == (1, True)
