"""Simulated viewers: each looks at one tenant's dashboard after another, and its panels poll meanwhile."""

import gzip
import http.client
import random
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.client import Client

SECONDS_A_TENANT = 40.0
POLL_SECONDS = 20.0  # they come one after another within this time, which does not count
SPREAD = 0.1  # as the fragments themselves spread their polls


@dataclass(frozen=True, slots=True)
class Viewer:
    """`tenants` by number, in the order they are looked at, again from the first when all were seen."""

    session_key: str
    port: int
    tenants: Sequence[int]


@dataclass(slots=True)
class Tally:
    """Milliseconds of every answer by tenant, and what went wrong, in words."""

    times: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, tenant: int, milliseconds: float, failure: str) -> None:
        with self.lock:
            self.times[tenant].append(milliseconds)
            if failure:
                self.failures[tenant][failure] += 1


def look(viewers: Sequence[Viewer], path: Callable[[str, int], str], panels: Sequence[str], *, seconds: float) -> Tally:
    """All viewers for so long, once they are there. `path` gives the address of a panel, or of the dashboard for no panel."""
    tally, begin = Tally(), time.monotonic() + POLL_SECONDS
    end = begin + seconds

    def view(viewer: Viewer) -> None:
        chance = random.Random(viewer.session_key)
        time.sleep(chance.uniform(0, POLL_SECONDS))
        with Client(viewer.port, viewer.session_key, encodings="gzip") as client:
            for place in range(10**9):
                tenant = viewer.tenants[place % len(viewer.tenants)]
                leave = min(end, time.monotonic() + SECONDS_A_TENANT)
                _ask(client, path("", tenant), tenant, tally, since=begin)
                while time.monotonic() < leave:
                    for panel in panels:
                        _ask(client, path(panel, tenant), tenant, tally, since=begin)
                    time.sleep(max(0.0, min(end - time.monotonic(), POLL_SECONDS * chance.uniform(1 - SPREAD, 1 + SPREAD))))
                if time.monotonic() >= end:
                    return

    with ThreadPoolExecutor(len(viewers)) as threads:
        list(threads.map(view, viewers))
    return tally


def _ask(client: Client, address: str, tenant: int, tally: Tally, *, since: float) -> None:
    started = time.monotonic()
    try:
        status, body = client.ask(address)
    except (OSError, http.client.HTTPException) as error:
        failure = type(error).__name__
        client.connection.close()
    else:
        failure = _failure(status, gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body)
    if started >= since:
        tally.note(tenant, (time.monotonic() - started) * 1_000, failure)


def _failure(status: int, body: bytes) -> str:
    """A panel in its error state comes with 200, and says what is wrong."""
    if status not in {200, 204}:
        return f"status {status}"
    said = re.search(rb'class="state-title">\s*(.*?)\s*<', body) if b'data-state="error"' in body else None
    return said[1].decode() if said else ""
