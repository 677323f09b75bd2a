"""One kept connection on a bare socket: an answer at a time, read as it comes."""

import re
import selectors
import socket
from dataclasses import dataclass

LONGEST_WAIT_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes


class Wire:
    """Registers itself with `selector`, by which its owner waits for all its wires at once."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port), timeout=LONGEST_WAIT_SECONDS)
        self._wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._parts: list[bytes] = []
        self._left = -1  # bytes still missing; below nought while nobody knows
        selector.register(self._wire, selectors.EVENT_READ, self)

    def send(self, request: bytes) -> None:
        self._wire.sendall(request)

    def read(self) -> Answer | None:
        """What has come is taken; the answer, once it is whole."""
        part = self._wire.recv(262_144)
        if not part:
            raise SystemExit("The server closed a connection in the middle.")
        self._parts.append(part)
        if self._left >= 0:
            self._left -= len(part)
        elif b"\r\n\r\n" in part or len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
            head, end, body = self._parts[0].partition(b"\r\n\r\n")
            if not end:
                return None
            found = _LENGTH.search(head)
            self._left = (int(found[1]) if found else 0) - len(body)
        if self._left != 0:
            return None
        head, _, body = b"".join(self._parts).partition(b"\r\n\r\n")
        self._parts, self._left = [], -1
        return Answer(int(head[9:12]), head, body)

    def close(self) -> None:
        self._wire.close()


def request(path: str, session_key: str, **headers: str) -> bytes:
    """What a page's script asks; in names of headers `_` is a hyphen."""
    sent = {
        "Host": "127.0.0.1",
        "Cookie": f"sessionid={session_key}",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "HX-Request": "true",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return "\r\n".join([f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]).encode()
