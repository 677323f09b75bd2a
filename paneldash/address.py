"""Where `make run` serves: HOST and PORT, whether they are free, and whether somebody answers there."""

import errno
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Self

from paneldash.environment import env

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  looked up, not bound
PATIENCE_SECONDS = 2.0  # a server that was killed a moment ago lets its port go soon


class PortTaken(Exception):
    """Nobody can listen there; the message says what to do."""


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def from_environment(cls) -> Self:
        """HOST and PORT. Raises PortTaken for a port that no machine has."""
        port = env.str("PORT", default="8000")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
            raise PortTaken(f"PORT={port} is not a port: it must be a number from 1 to 65535.")
        return cls(env.str("HOST", default="127.0.0.1"), int(port))

    @property
    def bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{Address(EVERYWHERE.get(self.host, self.host), self.port).bind}/"

    def wait_until_free(self) -> None:
        """Raise PortTaken when it does not become free within moments."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (reason := self._why_not()) and time.monotonic() < deadline:
            time.sleep(0.1)
        if reason:
            raise PortTaken(reason)

    def answers(self) -> bool:
        """Whether an HTTP server is there, whatever it thinks of the request."""
        try:
            urllib.request.urlopen(f"{self.url}live", timeout=2).close()  # noqa: S310
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _why_not(self) -> str:
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(where)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {self.port} is taken by another program. Choose one that is free: make run PORT=8001"
            return f"Cannot serve on HOST={self.host} PORT={self.port}: {error.strerror or error}."
        return ""
