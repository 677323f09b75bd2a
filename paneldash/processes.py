"""Programs the supervisor starts: each ends with it, even when it is killed, and is asked politely first."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Self

PR_SET_PDEATHSIG = 1
KILL_AFTER_SECONDS = 35.0  # gunicorn gives running requests 30
POLL_SECONDS = 0.05

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Program:
    """A command that runs while the `with` block does. `is_urgent` tells that nobody wants to wait for its end."""

    def __init__(self, command: list[str], *, is_urgent: Callable[[], bool]) -> None:
        self.command = command
        self.is_urgent = is_urgent

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """In a session of its own: Ctrl-C reaches the supervisor alone, which stops the others in order."""
        self.process = subprocess.Popen(  # noqa: S603
            self.command, start_new_session=True, preexec_fn=_end_with_parent
        )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def wait(self) -> int:
        return self.process.wait()

    def ask_to_end(self) -> None:
        """SIGTERM, without waiting: programs that are all to stop may do so at the same time."""
        if not self.has_ended():
            self.process.terminate()

    def stop(self) -> None:
        """SIGTERM; SIGKILL when it takes too long or is urgent, and for whatever it leaves behind in its session."""
        self.ask_to_end()
        deadline = time.monotonic() + KILL_AFTER_SECONDS
        while not self.has_ended() and time.monotonic() < deadline and not self.is_urgent():
            time.sleep(POLL_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _end_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
