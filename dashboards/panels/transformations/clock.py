"""How long the steps of one document may hold the process: what their size does not tell, long texts and dear patterns do."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from dashboards.panels.transformations.tables import CannotTransform

MOST_SECONDS = 1.0  # of a processor
EVERY = 64  # things between two looks at the clock, which takes half a microsecond

Thing = TypeVar("Thing")


class Clock:
    """Counts the processor's time of the thread that made it: what others on the machine do is not held against a document."""

    def __init__(self) -> None:
        self._ends_at = time.thread_time() + MOST_SECONDS

    def check(self) -> None:
        """Raises CannotTransform."""
        if time.thread_time() > self._ends_at:
            raise CannotTransform(
                f"this takes too long: all steps together may take {MOST_SECONDS:g} s of a processor. "
                "Let the query give fewer rows or shorter texts, or do it in the query"
            )

    def watch(self, things: Iterable[Thing], every: int = EVERY) -> Iterator[Thing]:
        """The things, with a look at the clock now and then. Raises as `check`."""
        for place, thing in enumerate(things):
            if place % every == 0:
                self.check()
            yield thing
