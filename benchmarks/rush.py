"""Clients that ask again as soon as they have their answer: bare sockets in one thread, cheap beside the server."""

import re
import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

LONGEST_WAIT_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


@dataclass(slots=True)
class _Caller:
    """A kept connection. `received` is the start of its answer, `left` the bytes still missing, None while nobody knows."""

    wire: socket.socket
    received: bytes = b""
    left: int | None = field(default=None)

    def has_answer(self, status: bytes) -> bool:
        """Read what is there. True with the whole answer; anything but `status` ends the run: a figure of errors is no figure."""
        part = self.wire.recv(262_144)
        if not part:
            raise SystemExit("The server closed a connection in the middle.")
        if self.left is None:
            self.received += part
            head, end, body = self.received.partition(b"\r\n\r\n")
            if not end:
                return False
            if head[9:12] != status:
                raise SystemExit(f"{head[9:12].decode()} instead of {status.decode()}: {self.received[:300]!r}")
            found = _LENGTH.search(head)
            self.left = (int(found[1]) if found else 0) - len(body)
        else:
            self.left -= len(part)
        if self.left > 0:
            return False
        self.received, self.left = b"", None
        return True


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers a second, and the seconds of CPU that the clients took for each second."""

    answers: float
    cpu: float


class Rush:
    """`count` clients, each with a connection that it keeps over all that is asked."""

    def __init__(self, port: int, session_key: str, count: int) -> None:
        self._headers = {
            "Host": "127.0.0.1",
            "Cookie": f"sessionid={session_key}",
            "Accept-Encoding": "gzip, deflate, br, zstd",
            "HX-Request": "true",
        }
        self._selector = selectors.DefaultSelector()
        for _ in range(count):
            wire = socket.create_connection(("127.0.0.1", port), timeout=LONGEST_WAIT_SECONDS)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(wire, selectors.EVENT_READ, _Caller(wire))

    def rate(self, path: str, *, seconds: float, status: int = 200, headers: Mapping[str, str] | None = None) -> Rate:
        """All of them ask for `path` for so long."""
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in {**self._headers, **(headers or {})}.items())]
        request = "\r\n".join([*lines, "", ""]).encode()
        started, cpu = time.perf_counter(), time.process_time()
        answers = self._ask(request, str(status).encode(), started + seconds)
        took = time.perf_counter() - started
        return Rate(answers / took, (time.process_time() - cpu) / took)

    def _ask(self, request: bytes, status: bytes, end: float) -> int:
        """Every answer that was asked for is waited for, so that the next figure begins with silence."""
        callers: list[_Caller] = [key.data for key in self._selector.get_map().values()]
        for caller in callers:
            caller.wire.sendall(request)
        answers, waiting = 0, len(callers)
        while waiting:
            ready = self._selector.select(LONGEST_WAIT_SECONDS)
            if not ready:
                raise SystemExit(f"No answer within {LONGEST_WAIT_SECONDS:.0f} s.")
            is_over = time.perf_counter() >= end
            for key, _ in ready:
                if key.data.has_answer(status):
                    answers += 1
                    if is_over:
                        waiting -= 1
                    else:
                        key.data.wire.sendall(request)
        return answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.wire.close()
        self._selector.close()
