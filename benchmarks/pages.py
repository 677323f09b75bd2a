"""Open dashboards: each panel asks again when its fragment says, and says what it shows."""

import heapq
import random
import re
import selectors
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

import orjson
import zstandard

from benchmarks.wire import LONGEST_WAIT_SECONDS, Answer, Wire, request
from dashboards.section import SHOWN

WIRES_A_PAGE = 6  # as many as a browser opens to a host
_HEADERS = re.compile(rb'hx-headers="([^"]*)"')
_EVERY = re.compile(rb"every (\d+)ms")
_FAILED = b'data-state="error"'


@dataclass(slots=True)
class _Poll:
    """One panel on one page; `due` is when it asks next."""

    path: str
    session_key: str
    page: int
    due: float
    every: float
    mark: str = ""

    def request(self) -> bytes:
        return request(self.path, self.session_key, **({SHOWN: self.mark} if self.mark else {}))


@dataclass(slots=True)
class Seen:
    """Milliseconds from when a panel was due to its whole answer; how many answers said that nothing is new, how many failed."""

    times: list[float] = field(default_factory=list)
    unchanged: int = 0
    failed: int = 0


class Pages:
    """A page for each session, all with the same panels, in one thread."""

    def __init__(
        self, port: int, session_keys: Sequence[str], paths: Sequence[str], *, arrive_seconds: float, every: float
    ) -> None:
        chance, now = random.Random(5), time.monotonic()
        self._port, self._selector = port, selectors.DefaultSelector()
        self._idle: list[deque[Wire]] = [deque() for _ in session_keys]
        self._open = [0 for _ in session_keys]
        self._waiting: list[deque[_Poll]] = [deque() for _ in session_keys]
        self._asked: dict[int, _Poll] = {}
        self._coming: list[tuple[float, int, _Poll]] = []
        for page, key in enumerate(session_keys):
            arrival = now + chance.uniform(0, arrive_seconds)
            for path in paths:
                self._expect(_Poll(path, key, page, arrival, every))
        self.seen = Seen()

    def look(self, seconds: float) -> Seen:
        """For so long; what was asked by then is waited for."""
        end = time.monotonic() + seconds
        while self._asked or time.monotonic() < end:
            now = time.monotonic()
            while self._coming and self._coming[0][0] <= min(now, end):
                poll = heapq.heappop(self._coming)[2]
                self._waiting[poll.page].append(poll)
                self._ask(poll.page)
            wait = self._coming[0][0] - now if now < end and self._coming else LONGEST_WAIT_SECONDS
            for key, _ in self._selector.select(max(0.0, wait)):
                if (answer := key.data.read()) is not None:
                    self._take(key.data, answer)
        return self.seen

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.close()
        self._selector.close()

    def _expect(self, poll: _Poll) -> None:
        heapq.heappush(self._coming, (poll.due, id(poll), poll))

    def _ask(self, page: int) -> None:
        while self._waiting[page] and (wire := self._wire(page)) is not None:
            poll = self._waiting[page].popleft()
            self._asked[id(wire)] = poll
            wire.send(poll.request())

    def _wire(self, page: int) -> Wire | None:
        """One that is idle, or a new one, opened when it is needed as a browser does; None where the page has all it may."""
        if self._idle[page]:
            return self._idle[page].pop()
        if self._open[page] == WIRES_A_PAGE:
            return None
        self._open[page] += 1
        return Wire(self._port, self._selector)

    def _take(self, wire: Wire, answer: Answer) -> None:
        poll, now = self._asked.pop(id(wire)), time.monotonic()
        self.seen.times.append((now - poll.due) * 1_000)
        if answer.status == 200:
            self._read(poll, answer)
            poll.due = now + poll.every  # a new fragment begins to wait when it is there
        else:
            self.seen.unchanged += answer.status == 204
            self.seen.failed += answer.status != 204
            poll.due = max(now, poll.due + poll.every)
        self._expect(poll)
        self._idle[poll.page].append(wire)
        self._ask(poll.page)

    def _read(self, poll: _Poll, answer: Answer) -> None:
        body = answer.body
        if b"content-encoding: zstd" in answer.head.lower():
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        self.seen.failed += _FAILED in body
        headers, every = _HEADERS.search(body), _EVERY.search(body)
        poll.mark = orjson.loads(unescape(headers[1].decode()))[SHOWN] if headers else ""
        poll.every = int(every[1]) / 1_000 if every else poll.every
