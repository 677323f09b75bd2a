"""Over real processes: exact counters, one flight, a leader that is killed, the bound, a fork."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from datasources.store.shared import Store
from paneldash.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(cache_url: str, embedded_server: EmbeddedServer) -> Iterator[Start]:
    """Start a player in a process of its own, at this test's store."""
    started: list[subprocess.Popen[str]] = []
    database = embedded_server.url(str(connection.settings_dict["NAME"]))
    settings = {**os.environ, "DATABASE_URL": database, "CACHE_URL": cache_url, "CACHE_BYTES": "1 MB"}

    def start(*words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "datasources.tests.store.player", *map(str, words)]
        started.append(subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0].strip()


def test_a_counter_is_exact_over_processes(start: Start, store: Store) -> None:
    totals = [int(said(player)) for player in [start("count", "acme", 200) for _ in range(3)]]
    assert max(totals) == 600
    assert store.add("acme", 0, 600) == 600


def test_of_many_processes_one_does_the_work(start: Start, store: Store) -> None:
    heard = sorted(said(player) for player in [start("fly", "key", 4) for _ in range(4)])
    result = heard[0].removeprefix("led to ")
    assert len(result) == 16
    assert heard[1:] == [f"waited for {result}"] * 3


def test_a_leader_that_is_killed_holds_nobody_up_for_longer_than_its_lease(start: Start, store: Store) -> None:
    player = start("claim", "key", 3)
    assert player.stdout is not None
    assert len(player.stdout.readline().strip()) == 16
    player.send_signal(signal.SIGKILL)
    assert store.claim("key", 60).token is None
    landing = store.wait("key", 60)
    assert landing is not None  # None, had the lease not ended
    assert landing.outcome is None
    assert store.claim("key", 60).token is not None


@pytest.mark.parametrize("cache_url", ["postgres"], indirect=True)
def test_processes_keep_to_the_bound_together(start: Start, store: Store) -> None:
    assert [said(player) for player in [start("fill", f"{place}:", 60, 50_000) for place in range(3)]] == ["True"] * 3
    held = store.figures().bytes
    assert held is not None
    assert 900_000 < held < 1_100_000


def test_a_child_process_and_its_parent_both_go_on(store: Store) -> None:
    store.put("key", b"value", 60)
    child = os.fork()
    if child == 0:
        is_right = all(store.get("key") == b"value" for _ in range(50)) and store.add("children", 1, 60) == 1
        os._exit(0 if is_right else 1)
    assert all(store.get("key") == b"value" for _ in range(50))
    assert os.waitpid(child, 0)[1] == 0
    assert store.add("children", 1, 60) == 2
    assert store.figures().errors == 0
