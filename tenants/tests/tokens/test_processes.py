"""Over real processes: what one revokes, no other goes on taking. How soon is `test_known`'s: KEPT_SECONDS are fewer than five."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from paneldash.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(embedded_server: EmbeddedServer, transactional_db: None) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []
    settings = {**os.environ, "DATABASE_URL": embedded_server.url(str(connection.settings_dict["NAME"])), "CACHE_URL": ""}

    def start(what: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tenants.tests.tokens.asker", what]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=ROOT, env=settings, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_one_process_revokes_two_others_refuse(start: Start, token_for: Any, ada: Any) -> None:
    secret = token_for(ada)
    askers = [start("ask"), start("ask")]
    for asker in askers:
        assert asker.stdin is not None
        asker.stdin.write(f"{secret}\n")
        asker.stdin.flush()
    assert [said(asker) for asker in askers] == ["200", "200"]
    assert said(start("revoke")) == "revoked"
    assert [said(asker) for asker in askers] == ["401", "401"]
