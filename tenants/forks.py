"""What a process holds for itself is not its children's: gunicorn makes workers by forking."""

import os
from collections.abc import Callable


def begin_empty(start: Callable[[], None]) -> None:
    """Call `start` now, and in every process forked from this one before anything else runs there.

    It sets all that threads share: a fork copies none of the parent's threads, but a lock that one of them held, what it
    had half done, and the sockets it spoke on.
    """
    start()
    os.register_at_fork(after_in_child=start)
