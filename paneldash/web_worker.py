"""gunicorn's threaded worker, made to let nobody in whom it will not answer."""

import select
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class WebWorker(ThreadWorker):
    """When it stops, it takes in whoever has connected, then closes the door.

    gunicorn's own leaves its listening socket open until the last request has ended. The kernel goes on connecting
    clients to it, and drops them all in the end: a proxy sends a GET elsewhere then, but not a form it has sent.
    """

    sockets: list[Any]  # gunicorn's wrappers of what it listens to

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and not self.alive:
            for listener in self.sockets:
                while select.select([listener], [], [], 0)[0]:
                    self.accept(listener)
                listener.close()
            self.sockets = []
