"""The shared store as its callers see it: values, flights and counters of all processes and hosts, over one backend."""

import hashlib
import logging
import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep
from typing import TypeVar

from datasources.store.base import Backend, Claim, Counted, Flight, Landing, StoreDown
from datasources.store.figures import Figures, Tally
from datasources.store.rest import REST_SECONDS, Rest
from tenants.forks import begin_empty

LARGEST_SHARE = 8  # an entry may take this part of the whole
LONGEST_KEY = 200
OUTCOME_SECONDS = 2.0  # longer than any waiter pauses
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.005, 0.05

T = TypeVar("T")
log = logging.getLogger(__name__)


class Store:
    """Bytes under text keys. Values, flights and counters have keys of their own: the same name may be used for each.

    Every operation may raise StoreDown, soon after it was begun. After a failure the store is not asked for
    `rest_seconds`: StoreDown comes at once.
    """

    def __init__(self, backend: Backend, *, whole_bytes: int, rest_seconds: float = REST_SECONDS) -> None:
        self._backend = backend
        self._largest_bytes = whole_bytes // LARGEST_SHARE
        self._rest_seconds = rest_seconds
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._tally = Tally()
        self._rest = Rest(self._rest_seconds)

    def get(self, key: str) -> bytes | None:
        return self.get_many([key]).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Those that are there, in one round trip."""
        names = {_name(key): key for key in keys}
        if not names:
            return {}
        found = self._ask(lambda: self._backend.get_many(list(names)))
        self._tally.count("hit", len(found))
        self._tally.count("miss", len(names) - len(found))
        return {names[name]: value for name, value in found.items()}

    def put(self, key: str, value: bytes, seconds: float) -> bool:
        """Keep a value for so long. False when it was not kept: too large, no room, or no time left to live."""
        if seconds <= 0 or len(value) > self._largest_bytes:
            return False
        is_kept = self._ask(lambda: self._backend.put(_name(key), value, seconds))
        self._tally.count("put" if is_kept else "error")
        return is_kept

    def delete(self, keys: Iterable[str]) -> None:
        names = [_name(key) for key in keys]
        if names:
            self._ask(lambda: self._backend.delete(names))

    def claim(self, key: str, seconds: float) -> Claim:
        """Become the one who does the work under this key, unless somebody else has it in hand, and look what there is.

        What a leader has put there is seen by whoever leads next. The lease ends by itself after `seconds`, whatever became
        of its leader.
        """
        token = secrets.token_hex(8)
        is_ours, value = self._ask(lambda: self._backend.claim(_name(key), token, seconds))
        self._tally.count("miss" if value is None else "hit")
        return Claim(token if is_ours else None, value)

    def extend(self, key: str, token: str, seconds: float) -> bool:
        """Let one's lease end `seconds` from now. False when it had ended already."""
        return self._ask(lambda: self._backend.extend(_name(key), token, seconds))

    def release(self, key: str, token: str, outcome: bytes | None = None, outcome_seconds: float = OUTCOME_SECONDS) -> bool:
        """End one's lease; those who wait get `outcome`. False when it had ended already, and then nothing is left."""
        return self._ask(lambda: self._backend.release(_name(key), token, outcome, outcome_seconds))

    def wait(self, key: str, seconds: float) -> Landing | None:
        """Wait until who leads now has landed, or died and lost the lease. None when that takes longer than `seconds`."""
        deadline = monotonic() + seconds
        flight = self._look(key)
        leader = flight.leader
        if leader is None:
            return Landing(flight.outcome)
        for pause in _pauses():
            remaining = deadline - monotonic()
            if remaining <= 0:
                return None
            sleep(min(pause, remaining))
            flight = self._look(key)
            if flight.leader != leader:
                return Landing(flight.outcome if flight.landed == leader else None)
        return None

    def add(self, key: str, amount: int, seconds: float) -> int:
        """Add to a counter and answer its total. It begins anew `seconds` after its first amount."""
        return self._ask(lambda: self._backend.add(_name(key), amount, seconds)).total

    def count(self, key: str, seconds: float) -> Counted:
        """Count one more, in one round trip: how many it are, and when the count begins anew. Exact over all hosts."""
        return self._ask(lambda: self._backend.add(_name(key), 1, seconds))

    def answers(self) -> bool:
        """Whether the store can be asked, found out now unless it rests."""
        return self._held_bytes() is not None

    def figures(self) -> Figures:
        held, count = self._held_bytes(), self._tally.of
        return Figures(count("hit"), count("miss"), count("put"), count("error"), bytes=held, is_down=held is None)

    def close(self) -> None:
        self._backend.close()

    def _look(self, key: str) -> Flight:
        return self._ask(lambda: self._backend.look(_name(key)))

    def _held_bytes(self) -> int | None:
        try:
            return self._ask(self._backend.held_bytes)
        except StoreDown:
            return None

    def _ask(self, ask: Callable[[], T]) -> T:
        self._rest.refuse()
        try:
            answer = ask()
        except StoreDown as error:
            self._rest.begin()
            self._tally.count("error")
            log.warning("the shared store fails and is left alone for %s s: %s", self._rest.seconds, error)
            raise
        self._rest.end()
        return answer


def _name(key: str) -> bytes:
    """Any text makes a key; a long one is known by its digest."""
    name = key.encode("utf-8", "surrogatepass")
    return name if len(name) <= LONGEST_KEY else hashlib.sha256(name).digest()


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause * random.uniform(0.8, 1.2)  # noqa: S311 - keeps waiters out of step, guards nothing
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
