"""Names of hosts looked up with a deadline: the system's resolver has none of its own."""

import socket
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late

from tenants.forks import begin_empty

AT_ONCE = 32


class Lookups:
    """A thread a name waits for the resolver, so that a request need not; so many names `at_once`."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        begin_empty(self._start_empty)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[list[str]]] = {}

    def addresses(self, host: str, *, timeout_seconds: float) -> list[str]:
        """All addresses of a name, in the resolver's order. Raises Late, OSError and UnicodeError."""
        return self._asked(host).result(timeout_seconds)

    @property
    def are_under_way(self) -> bool:
        return bool(self._under_way)

    def _asked(self, host: str) -> Future[list[str]]:
        """The lookup that is under way, or a new one: a name server that hangs takes one thread a name, for no other's."""
        with self._lock:
            asked = self._under_way.get(host)
            if asked is None:
                if len(self._under_way) >= self._at_once:
                    raise Late
                asked = Future()
                threading.Thread(target=self._ask, args=(host, asked), name="resolve", daemon=True).start()
                self._under_way[host] = asked
            return asked

    def _ask(self, host: str, asked: Future[list[str]]) -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except Exception as error:
            self._end(host)
            asked.set_exception(error)
        else:
            self._end(host)
            asked.set_result([str(entry[4][0]) for entry in found])

    def _end(self, host: str) -> None:
        """Before its answer is told: whoever hears it finds the place free."""
        with self._lock:
            del self._under_way[host]
