"""A worker's memory after many mixed requests over many tenants."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice

import psutil

from benchmarks.client import Client
from benchmarks.report import Figure, Report
from benchmarks.scene import TENANTS, path

REQUESTS, CLIENTS = 10_000, 8
STEPS = 5
MOST_MIB, MOST_GROWTH_MIB = 250.0, 10.0
# A dashboard's page, then what its panels ask: mostly small, some large.
MIX = {"page": 5, "kpi": 40, "health": 30, "lines": 15, "raw": 5, "sql": 3, "day": 2}


def measure(port: int, gunicorn: psutil.Process, session_key: str, now: datetime, report: Report) -> None:
    """Flat is what grows by less than MOST_GROWTH_MIB over the second half."""
    report.heading(f"The larger worker after {REQUESTS:,} mixed requests over {TENANTS} tenants")
    addresses = _addresses(random.Random(7), now)
    sizes = [_largest(gunicorn)]
    for _ in range(STEPS):
        _ask(port, session_key, list(islice(addresses, REQUESTS // STEPS)))
        sizes.append(_largest(gunicorn))
    print("  resident, MiB: " + ", ".join(f"{size:.0f}" for size in sizes))
    report.add(Figure("memory", "resident memory", sizes[-1], "MiB", sizes[0], MOST_MIB))
    middle = sizes[len(sizes) // 2]
    report.add(Figure("memory", "growth over the second half", max(sizes[-1] - middle, 0.0), "MiB", None, MOST_GROWTH_MIB))


def _addresses(chance: random.Random, now: datetime) -> Iterator[str]:
    while True:
        (what,) = chance.choices(list(MIX), list(MIX.values()))
        tenant = chance.randrange(TENANTS)
        yield f"/t/tenant-{tenant:03}/d/bench/" if what == "page" else path(what, now, tenant)


def _ask(port: int, session_key: str, addresses: list[str]) -> None:
    def run(part: list[str]) -> None:
        with Client(port, session_key) as client:
            for address in part:
                client.get(address)

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(run, [addresses[number::CLIENTS] for number in range(CLIENTS)]))


def _largest(gunicorn: psutil.Process) -> float:
    return max(worker.memory_info().rss for worker in gunicorn.children()) / 2**20
