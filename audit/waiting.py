"""Events that may wait: written in batches by a thread, so that nobody's panel waits for them.

The queue is bounded; what finds no place in it is counted. What this process has queued is lost with it when it is killed.
"""

import hashlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import Error, connection

from audit.figures import LOST
from audit.recording import Told, write
from tenants.forks import begin_empty

MOST_WAITING = 5_000
AT_ONCE = 200
SENT_EVERY_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Waiting:
    """An event, when it happened by this process's clock, and the key that all processes know it by for `seconds`."""

    told: Told
    since: float
    key: str
    seconds: float
    is_claimed: bool = False


class Queue:
    """`clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._thread: threading.Thread | None = None

    def put(self, told: Told, *, key: str, seconds: float) -> None:
        """Have it written soon, unless another process has done so within `seconds`. It never waits."""
        one = Waiting(told, self._clock(), "audit:" + hashlib.blake2b(key.encode(), digest_size=16).hexdigest(), seconds)
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                LOST.labels("queue full").inc()
                return
            self._waiting.append(one)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_sending, name="audit", daemon=True)
                self._thread.start()
            self._changed.notify()

    def send(self) -> None:
        """Write what waits. Raises django.db.Error; then it waits on."""
        with self._sending:
            while batch := self._taken():
                try:
                    due = [one for one in batch if one.is_claimed or _claim(one)]
                    if due:
                        now = self._clock()
                        write([one.told for one in due], ages=[now - one.since for one in due])
                except Error:
                    with self._changed:
                        self._waiting.extendleft(reversed(batch))
                    raise

    def empty(self) -> None:
        with self._changed:
            self._waiting.clear()

    def _taken(self) -> list[Waiting]:
        with self._changed:
            return [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]

    def _keep_sending(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
            time.sleep(SENT_EVERY_SECONDS)
            try:
                self.send()
            except Error as error:
                log.warning("audit events wait for the central database", extra={"error": type(error).__name__})
            finally:
                connection.close()


def _claim(one: Waiting) -> bool:
    """False where another process has told it. A cache that fails knows of none: better told twice than never."""
    one.is_claimed = cache.add(one.key, 1, one.seconds) or cache.get(one.key) is None
    return one.is_claimed


queue = Queue()
