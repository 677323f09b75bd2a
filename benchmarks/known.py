"""A known result for 16 clients at once, and a poll that finds nothing new, beside an empty view behind the same sign-in."""

import gzip
import re
import statistics
from datetime import datetime
from html import unescape

import orjson
import psutil

from benchmarks.client import Client
from benchmarks.report import Figure, Report
from benchmarks.rush import Rush
from benchmarks.scene import path
from benchmarks.timing import Timing
from dashboards.section import SHOWN

CLIENTS, ROUNDS, SECONDS = 16, 8, 0.7
EMPTY = "/t/tenant-000/nothing/"
PANELS = {"kpi": "a KPI", "sql": "Q2, 5,760 points"}
LEAST_OF_KNOWN, LEAST_OF_UNCHANGED = 40.0, 60.0  # % of the empty view's answers a second
MOST_BODY_KB = 15.0


def measure(port: int, session_key: str, now: datetime, report: Report) -> None:
    report.heading(f"Known results, {CLIENTS} clients: medians of {ROUNDS} turns of {SECONDS} s each")
    addresses = {slug: path(slug, now) + "&refresh=30" for slug in PANELS}
    marks = {slug: _mark(port, session_key, address) for slug, address in addresses.items()}
    rates: dict[str, list[float]] = {}
    busy: list[float] = []
    with Rush(port, session_key, CLIENTS) as rush:

        def ask(name: str, address: str, status: int = 200, **headers: str) -> None:
            rate = rush.rate(address, seconds=SECONDS, status=status, **headers)
            rates.setdefault(name, []).append(rate.answers)
            busy.append(rate.cpu * 100 / psutil.cpu_count())

        for _ in range(ROUNDS + 1):
            ask("empty", EMPTY)
            for slug, address in addresses.items():
                ask(slug, address)
                ask(f"{slug} unchanged", address, 204, **{SHOWN: marks[slug]})
    rates = {name: taken[1:] for name, taken in rates.items()}  # the first warms up
    floor = statistics.median(rates["empty"])
    report.add(Figure("known", "the empty view", floor, "/s", spread=Timing(tuple(rates["empty"])).spread))
    for slug, title in PANELS.items():
        report.add(_part(title, rates[slug], rates["empty"], LEAST_OF_KNOWN))
        report.add(_part(f"{title}, unchanged", rates[f"{slug} unchanged"], rates["empty"], LEAST_OF_UNCHANGED))
    report.add(Figure("known", "the clients' part of all CPUs", statistics.median(busy), "%"))
    for encoding in ("zstd", "gzip"):
        with Client(port, session_key, encodings=encoding) as client:
            body = client.get(addresses["sql"])
        report.add(Figure("known", f"body of Q2, {encoding}", len(body) / 1_000, "kB", None, MOST_BODY_KB))


def _part(title: str, rates: list[float], empty: list[float], least: float) -> Figure:
    """As a part of the empty view's rate in the same turn."""
    parts = Timing(tuple(one * 100 / other for one, other in zip(rates, empty, strict=True)))
    return Figure("known", f"{title}, of the empty view", parts.median, "%", 100.0, least, parts.spread, at_least=True)


def _mark(port: int, session_key: str, address: str) -> str:
    """The mark of what is shown, as the page has it."""
    with Client(port, session_key, encodings="gzip") as client:
        body = client.get(address)
    text = gzip.decompress(body).decode()
    found = re.search(r'hx-headers="([^"]*)"', text)
    assert found is not None
    return str(orjson.loads(unescape(found[1]))[SHOWN])
