"""What is left to do when a result is there: it is stored, its lease ended and its time counted while its viewer reads it."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tenants.forks import begin_empty

MOST_WAITING = 64  # more than that, and who brings work does it

log = logging.getLogger(__name__)


class Landings:
    """One thread does the work, in order. It is started with the first."""

    def __init__(self) -> None:
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._own = threading.local()  # `held`: what this thread holds back, while it does

    @contextmanager
    def held(self) -> Iterator[None]:
        """What this thread brings within the block waits for its end: the work would take the interpreter from who draws."""
        if getattr(self._own, "held", None) is not None:
            yield
            return
        self._own.held = []
        try:
            yield
        finally:
            try:
                self.let_go()
            finally:
                self._own.held = None

    def let_go(self) -> None:
        """Hand on what this thread holds back: who asks for more may take long, and a lease does not wait."""
        held: list[Callable[[], None]] = getattr(self._own, "held", None) or []
        while held:
            self._hand_on(held.pop(0))

    def later(self, work: Callable[[], None]) -> None:
        """`work` raises nothing."""
        held = getattr(self._own, "held", None)
        if held is not None:
            held.append(work)
        else:
            self._hand_on(work)

    def done(self) -> None:
        """Wait until all is done that was brought and is not held back."""
        self._waiting.join()

    def _hand_on(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="landings", daemon=True)
                thread.start()
                self._thread = thread
        try:
            self._waiting.put_nowait(work)
        except queue.Full:
            _do(work)

    def _run(self) -> None:
        while True:
            work = self._waiting.get()
            try:
                _do(work)
            finally:
                self._waiting.task_done()


def _do(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:  # whoever does it has other work too, which would be left undone
        log.exception("a result could not be stored")


landings = Landings()
