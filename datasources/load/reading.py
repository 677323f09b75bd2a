"""The last minutes of all workers, added up."""

import time
from dataclasses import dataclass

from datasources.load.counting import KEPT_SECONDS, MINUTE_SECONDS, MINUTES, Counting, load, place, places
from datasources.load.minute import Minute, summed
from datasources.store import StoreDown, store


@dataclass(frozen=True, slots=True)
class Load:
    """What was counted in so many seconds. `is_down`: the store is, so it is this process's alone.

    `missing` is how many of the workers' minutes had to make room in the store.
    """

    whole: Minute
    seconds: float
    is_down: bool = False
    missing: int = 0

    def a_minute(self, number: float) -> float:
        return number / self.seconds * MINUTE_SECONDS


def read_load(counting: Counting = load) -> Load:
    """The load of this minute and the four before it."""
    now = time.time()
    seconds = (MINUTES - 1) * MINUTE_SECONDS + now % MINUTE_SECONDS
    try:
        counting.send()
        minutes, missing = _stored(int(now // MINUTE_SECONDS))
    except StoreDown:
        return Load(summed(counting.own()), seconds, is_down=True)
    return Load(summed(minutes), seconds, missing=missing)


def _stored(last: int) -> tuple[list[Minute], int]:
    """The minutes that are there, the oldest first, and how many should be besides."""
    shared = store()
    wanted = [
        place(number, worker + 1)
        for number in range(last - MINUTES + 1, last + 1)
        for worker in range(shared.add(places(number), 0, KEPT_SECONDS))
    ]
    found = shared.get_many(wanted)
    return [Minute.from_bytes(found[key]) for key in wanted if key in found], len(wanted) - len(found)
