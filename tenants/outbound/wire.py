"""Sockets that keep a deadline: a server that sends a byte now and then does not hold anybody for longer than that.

The deadline is the thread's, for as long as `until` lasts: a kept connection serves one request after another.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

LEAST_SECONDS = 0.001

_thread = threading.local()


@contextlib.contextmanager
def until(moment: float, *, silence_seconds: float) -> Iterator[None]:
    """Within the block sockets wait until `moment`, in monotonic seconds, and at no time longer than `silence_seconds`."""
    _thread.moment, _thread.silence_seconds = moment, silence_seconds
    try:
        yield
    finally:
        del _thread.moment, _thread.silence_seconds


def seconds_left() -> float:
    """Raises TimeoutError where none are."""
    left = float(_thread.moment) - monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return max(LEAST_SECONDS, min(left, float(_thread.silence_seconds)))


class Wire(socket.socket):
    """A plain connection."""

    def recv_into(self, *into: Any, **flags: Any) -> int:
        self.settimeout(seconds_left())
        return super().recv_into(*into, **flags)

    def sendall(self, *what: Any, **flags: Any) -> None:
        self.settimeout(seconds_left())
        super().sendall(*what, **flags)


class TlsWire(ssl.SSLSocket):
    """An encrypted one, made by a context from a Wire."""

    def recv_into(self, *into: Any, **flags: Any) -> int:
        self.settimeout(seconds_left())
        return super().recv_into(*into, **flags)

    def sendall(self, *what: Any, **flags: Any) -> None:
        self.settimeout(seconds_left())
        super().sendall(*what, **flags)


def connect(addresses: list[str], port: int, *, connect_seconds: float) -> Wire:
    """To the first address that answers. Raises OSError."""
    for place, address in enumerate(addresses):
        wire = Wire(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        try:
            wire.settimeout(min(connect_seconds, seconds_left()))
            wire.connect((address, port))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException as error:
            wire.close()
            if not isinstance(error, OSError) or place == len(addresses) - 1:
                raise
        else:
            return wire
    raise OSError("no address")
