"""gunicorn with our configuration, as `make run` and a deployment start it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SLOW_TO_BEGIN = """
import time
from pathlib import Path
from paneldash.gunicorn_config import *
from paneldash.gunicorn_config import post_fork as begin

graceful_timeout = 600

def post_fork(server, worker):
    begin(server, worker)
    Path("{begins}").touch()
    time.sleep(600)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Web:
    process: subprocess.Popen[str]
    port: int

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def answers(self) -> bool:
        try:
            return self.get("/live")[0] == 200
        except OSError:
            return False


def start(application: str, **environment: str) -> Web:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "paneldash/gunicorn_config.py", application]
    settings = {**os.environ, "PORT": str(port), "LOG_LEVEL": "WARNING", "WEB_CONCURRENCY": "2", **environment}
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stderr=subprocess.PIPE, text=True)
    web = Web(process, port)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not web.answers():
        time.sleep(0.05)
    return web


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    web = start("paneldash.tests.slow:application", PROMETHEUS_MULTIPROC_DIR=str(tmp_path), WEB_THREADS="20")
    yield web
    web.process.kill()
    web.process.communicate()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Web]:
    """One worker: of two, one may still be starting when the other answers, and it shuts its door only when it has begun."""
    web = start("paneldash.tests.slow:application", PROMETHEUS_MULTIPROC_DIR=str(tmp_path), WEB_CONCURRENCY="1")
    yield web
    web.process.kill()
    web.process.communicate()


def ask_all(get: Callable[[str], Any], threads: ThreadPoolExecutor, count: int, until: Path) -> list[Future[Any]]:
    """So many requests that have all begun, and go on until there is such a file."""
    asked = [threads.submit(get, f"/slow?{until}") for _ in range(count)]
    deadline = time.monotonic() + 20
    while len(list(until.parent.glob(f"{until.name}-*"))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return asked


def test_sigterm_loses_no_running_request(web: Web, tmp_path: Path) -> None:
    with ThreadPoolExecutor(20) as threads:
        asked = ask_all(web.get, threads, 20, until=tmp_path / "told")
        web.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        (tmp_path / "told").touch()
        assert [request.result() for request in asked] == [(200, "done")] * 20
    assert web.process.wait(timeout=30) == 0


def test_who_comes_while_it_stops_is_refused_at_once_and_may_ask_elsewhere(alone: Web, tmp_path: Path) -> None:
    """Not let in to be dropped when the last request has ended: a proxy does not send a form to another host then."""
    with ThreadPoolExecutor(4) as threads:
        asked = ask_all(alone.get, threads, 4, until=tmp_path / "refused")  # however long it takes to hear of the signal
        alone.process.send_signal(signal.SIGTERM)
        refused = False
        while not refused and not all(request.done() for request in asked):
            try:
                socket.create_connection(("127.0.0.1", alone.port), timeout=1).close()
                time.sleep(0.05)  # not to fill the queue of those whom nobody lets in any more
            except ConnectionRefusedError:
                refused = True
        (tmp_path / "refused").touch()
        assert refused
        assert [request.result() for request in asked] == [(200, "done")] * 4


def test_a_worker_that_has_not_begun_holds_up_no_stop(tmp_path: Path) -> None:
    """Until it serves it would only remember the signal, and gunicorn waits for it as for running requests."""
    config, begins = tmp_path / "slow_to_begin.py", tmp_path / "begins"
    config.write_text(SLOW_TO_BEGIN.format(begins=str(begins)))
    command = [sys.executable, "-m", "gunicorn", "--config", str(config), "paneldash.tests.slow:application"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PORT": str(free_port()), "PYTHONPATH": str(ROOT)})
    try:
        deadline = time.monotonic() + 60
        while not begins.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()


def test_worker_that_is_killed_is_replaced(web: Web) -> None:
    children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
    for worker in children:
        os.kill(int(worker), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not web.answers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert web.get("/live")[0] == 200


def test_metrics_are_those_of_all_workers(web: Web) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: web.get("/live"), range(40)))
    counted = re.search(r'paneldash_requests_total\{.*view="live"\} (\d+)', web.get("/metrics")[1])
    assert counted is not None
    assert int(counted[1]) >= 40


def test_a_replaced_worker_goes_on_counting_where_its_predecessor_was(web: Web, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: web.get("/live"), range(40)))
    for _ in range(2):
        children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
        for worker in children:
            os.kill(int(worker), signal.SIGTERM)
        deadline = time.monotonic() + 20
        while not web.answers() and time.monotonic() < deadline:
            time.sleep(0.05)
    counted = re.search(r'paneldash_requests_total\{.*view="live"\} (\d+)', web.get("/metrics")[1])
    assert counted is not None
    assert int(counted[1]) >= 40
    files = {path.name for path in tmp_path.glob("counter_*")}
    assert files <= {"counter_master.db", "counter_w0.db", "counter_w1.db"}  # a worker that got no request has none


def test_serves_without_the_central_database_and_says_so() -> None:
    web = start("paneldash.wsgi", DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")
    try:
        assert web.get("/live")[0] == 200
        assert web.get("/ready")[0] == 503
        request = urllib.request.Request(f"http://127.0.0.1:{web.port}/admin/", headers={"Cookie": "sessionid=abc"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "5")
        assert web.process.poll() is None
    finally:
        web.process.kill()
        web.process.communicate()


def test_refuses_to_start_without_keys_in_one_line_each() -> None:
    web = start("paneldash.wsgi", SECRET_KEY="changeme", TENANT_CREDENTIAL_KEYS="")
    said = web.process.communicate(timeout=20)[1]
    assert web.process.returncode != 0
    assert [line[:14] for line in said.splitlines()] == ["paneldash.E001", "paneldash.E002"]
