"""A TCP proxy before a real PostgreSQL that can be told to fail in the ways networks do."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

Mode = Literal["pass", "silent", "stall", "drip", "freeze", "dry", "garbage", "cut", "corrupt"]
DRIP_SECONDS = 0.1
RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close sends RST


class Proxy:
    """`mode` may change at any time.

    pass: all goes through. silent: accepts and never speaks. stall: falls silent during the sign-in. drip: answers a byte
    at a time. freeze: drops all that comes, both ways. garbage: answers nonsense. dry, cut, corrupt: falls silent, resets the
    connection, or spoils every byte, after `cut_after` bytes of answers.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.mode: Mode = "pass"
        self.cut_after = 20_000
        self.accepted = 0
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._listen()

    def refuse(self) -> None:
        """As if the server's process had gone: connections end, new ones are refused."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()

    def restore(self) -> None:
        self.mode = "pass"
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def reset(self) -> None:
        """Send RST on every open connection."""
        for one in self._sockets:
            _reset(one)
        self._sockets.clear()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.refuse()
        self.reset()
        for thread in self._threads:
            thread.join(2)

    def _listen(self) -> None:
        self._start(self._accept, self._listener)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._sockets.append(client)
            if self.mode == "garbage":
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            elif self.mode != "silent":
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target))
        self._sockets.append(server)
        for source, sink in ((client, server), (server, client)):
            self._start(self._pump, source, sink, source is server)

    def _pump(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while chunk := source.recv(4_096):
                passed += len(chunk)
                is_late = is_answer and passed > self.cut_after
                if self.mode == "cut" and is_late:
                    _reset(sink)
                    return
                if self.mode == "corrupt" and is_late:
                    chunk = bytes(255 - byte for byte in chunk)
                if self.mode == "drip" and is_answer:
                    self._drip(chunk, sink)
                    continue
                if self.mode == "freeze" or (self.mode == "stall" and is_answer) or (self.mode == "dry" and is_late):
                    continue
                sink.sendall(chunk)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def _drip(self, chunk: bytes, sink: socket.socket) -> None:
        for place in range(len(chunk)):
            sink.sendall(chunk[place : place + 1])
            time.sleep(DRIP_SECONDS if self.mode == "drip" else 0)


def _reset(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        one.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads it: until then close would do nothing
    one.close()
