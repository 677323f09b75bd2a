"""What a process holds for itself is not its children's."""

import os
import signal
import threading
from collections.abc import Callable

import pytest

from tenants.forks import begin_empty


class Held:
    """Something with a lock, as all that threads share have."""

    def __init__(self) -> None:
        self.starts = 0
        begin_empty(self.start)

    def start(self) -> None:
        self.lock, self.things = threading.Lock(), dict[str, int]()
        self.starts += 1


def is_so_in_a_child(is_so: Callable[[], bool]) -> bool:
    child = os.fork()
    if child == 0:
        signal.alarm(10)  # one that waits for a lock for ever is not in order
        os._exit(0 if is_so() else 1)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_begins_empty_whoever_held_the_lock() -> None:
    held = Held()
    held.things["parents"] = 1
    with held.lock:
        assert is_so_in_a_child(lambda: held.lock.acquire(timeout=30) and not held.things)
    assert (held.things, held.starts) == ({"parents": 1}, 1)
