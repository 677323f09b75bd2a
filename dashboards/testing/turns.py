"""How many tests on all tenants run in one process: each holds one of its threads, and connects."""

import threading

from tenants.forks import begin_empty

RUNS_AT_ONCE = 2


class TooManyRuns(Exception):
    """As many tests as may are running; the text is for people."""


class Turns:
    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self.taken = 0

    def take(self) -> None:
        """Raises TooManyRuns."""
        with self._lock:
            if self.taken >= RUNS_AT_ONCE:
                raise TooManyRuns("Other tests on all tenants are running. Please try again in a moment.")
            self.taken += 1

    def give_back(self) -> None:
        with self._lock:
            self.taken -= 1


turns = Turns()
