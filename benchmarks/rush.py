"""Clients that ask again as soon as they have their answer: bare sockets in one thread, cheap beside the server."""

import selectors
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from benchmarks.wire import LONGEST_WAIT_SECONDS, Wire, request


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers a second, and the seconds of CPU that the clients took for each second."""

    answers: float
    cpu: float


class Rush:
    """`count` clients, each with a connection that it keeps over all that is asked."""

    def __init__(self, port: int, session_key: str, count: int) -> None:
        self._session_key = session_key
        self._selector = selectors.DefaultSelector()
        self._wires = [Wire(port, self._selector) for _ in range(count)]

    def rate(self, path: str, *, seconds: float, status: int = 200, **headers: str) -> Rate:
        """All of them ask for `path` for so long."""
        asked = request(path, self._session_key, **headers)
        started, cpu = time.perf_counter(), time.process_time()
        answers = self._ask(asked, status, started + seconds)
        took = time.perf_counter() - started
        return Rate(answers / took, (time.process_time() - cpu) / took)

    def _ask(self, asked: bytes, status: int, end: float) -> int:
        """Every answer is waited for, so that the next figure begins with silence. A wrong one ends the run: it is no figure."""
        for wire in self._wires:
            wire.send(asked)
        answers, waiting = 0, len(self._wires)
        while waiting:
            ready = self._selector.select(LONGEST_WAIT_SECONDS)
            if not ready:
                raise SystemExit(f"No answer within {LONGEST_WAIT_SECONDS:.0f} s.")
            is_over = time.perf_counter() >= end
            for key, _ in ready:
                if (answer := key.data.read()) is None:
                    continue
                if answer.status != status:
                    raise SystemExit(f"{answer.status} instead of {status}: {answer.body[:300]!r}")
                answers += 1
                if is_over:
                    waiting -= 1
                else:
                    key.data.send(asked)
        return answers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for wire in self._wires:
            wire.close()
        self._selector.close()
