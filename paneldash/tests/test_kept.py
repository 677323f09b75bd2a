"""A program that is started again when it ends."""

import sys
import time
from collections.abc import Callable

import pytest

from paneldash import kept, processes
from paneldash.kept import KeptProgram

ENDS = [sys.executable, "-c", ""]
LATE = "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(1), sys.exit(7))); print(flush=True); time.sleep(60)"


def starts(program: KeptProgram, clock: Callable[[float], None], *seconds: float) -> list[bool]:
    """Whether it is started again, looked at after so many seconds each, having ended at once each time."""
    seen = []
    for pause in seconds:
        program.process.wait()
        clock(pause)
        seen.append(program.look_after())
    return seen


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Seconds go by when they are told to."""
    now = [time.monotonic()]
    monkeypatch.setattr(kept.time, "monotonic", lambda: now[0])

    def go_on(seconds: float) -> None:
        now[0] += seconds

    return go_on


def test_what_ends_at_once_is_started_less_and_less_often(clock: Callable[[float], None]) -> None:
    with KeptProgram(ENDS, is_urgent=lambda: False) as program:
        assert starts(program, clock, 0, 0.9, 0.2) == [False, False, True]
        assert starts(program, clock, 0, 1.9, 0.2) == [False, False, True]
        assert starts(program, clock, 0, 3.9, 0.2) == [False, False, True]


def test_what_ran_for_long_is_started_soon(clock: Callable[[float], None]) -> None:
    with KeptProgram(ENDS, is_urgent=lambda: False) as program:
        for _ in range(10):
            starts(program, clock, 0, kept.LONGEST_PAUSE_SECONDS)
        clock(kept.STEADY_SECONDS)
        assert starts(program, clock, 0, 1.1) == [False, True]


def test_what_runs_is_let_be() -> None:
    with KeptProgram([sys.executable, "-c", "import time; time.sleep(60)"], is_urgent=lambda: False) as program:
        pid = program.process.pid
        assert not program.look_after()
        assert program.process.pid == pid


def test_what_is_restarted_ends_and_begins_without_a_pause() -> None:
    with KeptProgram([sys.executable, "-c", "import time; time.sleep(60)"], is_urgent=lambda: False) as program:
        first = program.process
        program.restart()
        first.wait()
        assert program.look_after()
        assert program.process.pid != first.pid


def test_a_restart_ends_the_pause_of_what_fails_to_start(clock: Callable[[float], None]) -> None:
    """A mistake in the source is corrected: it is tried at once, and for the first time."""
    with KeptProgram(ENDS, is_urgent=lambda: False) as program:
        starts(program, clock, 0, 1.1, 0, 2.1, 0)
        program.restart()
        assert starts(program, clock, 0) == [True]
        assert starts(program, clock, 0, 0.9, 0.2) == [False, False, True]


def test_stopping_waits_for_what_still_has_to_be_done(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """SIGTERM reaches the program, and it is given time to end what it is at: its own exit status is the proof."""
    program = processes.Program([sys.executable, "-c", LATE], is_urgent=lambda: False)
    with program:
        while not capfd.readouterr().out:
            time.sleep(0.02)
    assert program.process.returncode == 7
