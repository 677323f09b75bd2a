"""Questions that a probe asks of parts that may hang: each from a thread of its own, and answered by a moment or not at all."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from functools import cache
from time import monotonic
from typing import Generic, TypeVar

READY_SECONDS = 1.8  # /ready answers within 2 s whatever the database does, and /health whatever all of them do

Said = TypeVar("Said")


class Question(Generic[Said]):
    """Asked the moment it is made, beside others. Those made together have one deadline."""

    def __init__(self, part: str, ask: Callable[[], Said]) -> None:
        self._began_at = monotonic()
        self._ended_at: float | None = None
        self._asked: Future[Said] = thread_of(part).submit(self._timed, ask)

    @property
    def elapsed_ms(self) -> float:
        """Of one that was not answered: until now."""
        return 1_000 * ((self._ended_at or monotonic()) - self._began_at)

    @property
    def seconds_left(self) -> float:
        return max(0.0, self._began_at + READY_SECONDS - monotonic())

    def answer(self, *, otherwise: Said) -> Said:
        """What was said, or `otherwise` where nothing was by the deadline."""
        try:
            return self._asked.result(timeout=self.seconds_left)
        except TooLate:
            self._asked.cancel()
            return otherwise

    def _timed(self, ask: Callable[[], Said]) -> Said:
        try:
            return ask()
        finally:
            self._ended_at = monotonic()


@cache
def thread_of(part: str) -> ThreadPoolExecutor:
    """One thread a part, made in the worker and not before it is forked. Who hangs in it keeps the part's next ones waiting."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"probe-{part}")
