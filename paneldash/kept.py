"""A program that is started again when it ends, sooner at first than after it has ended often."""

import time
from collections.abc import Callable

from paneldash.processes import Program

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 60.0  # who ran so long had not failed to start


class KeptProgram(Program):
    """`look_after` it often: it starts the program again when that has ended and its pause is over."""

    def __init__(self, command: list[str], *, is_urgent: Callable[[], bool]) -> None:
        super().__init__(command, is_urgent=is_urgent)
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._again_at: float | None = None

    def start(self) -> None:
        super().start()
        self._started_at, self._again_at = time.monotonic(), None

    def restart(self) -> None:
        """End it in order; whoever looks after it then starts it again without a pause."""
        self._pause_seconds, self._again_at = FIRST_PAUSE_SECONDS, time.monotonic()
        self.ask_to_end()

    def look_after(self) -> bool:
        """True when it was started again."""
        now = time.monotonic()
        if not self.has_ended():
            return False
        if self._again_at is None:
            self._again_at = now + self._next_pause_seconds(now - self._started_at)
        if now < self._again_at:
            return False
        self.start()
        return True

    def _next_pause_seconds(self, ran_seconds: float) -> float:
        pause = FIRST_PAUSE_SECONDS if ran_seconds >= STEADY_SECONDS else self._pause_seconds
        self._pause_seconds = min(2 * pause, LONGEST_PAUSE_SECONDS)
        return pause
