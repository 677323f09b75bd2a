"""`make bench-peers`: the same chart by PanelDash, by Apache Superset and by the bare driver, in turns.

Q2: 24 hours of 20 servers in five minutes, 172,800 rows read. *For the first time*: another day each time, which nobody has
asked for before, and Superset's `force`. *Again*: the same day, which both may know by then.
"""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from benchmarks import superset
from benchmarks.client import Client
from benchmarks.installation import make_reader, newest, prepared, serving
from benchmarks.report import Figure, Report
from benchmarks.superset import Superset
from benchmarks.timing import Timing, in_turns
from paneldash.embedded import EmbeddedServer

ROUNDS, WARM_UP = 20, 3  # a day of the data set each
CLIENTS, SECONDS = 16, 6.0
MOST_OF_OURS = 0.05
PANEL = "sql"


def main() -> None:
    superset.install()
    with prepared() as server:
        _measure(server)


def _measure(server: EmbeddedServer) -> None:
    from django.core.management import call_command

    from benchmarks.scene import set_the_scene

    call_command("prepare")
    password = make_reader(server)
    session_key, now, report = set_the_scene(server, password), newest(server), Report("peers")
    with superset.serving(server, password) as peer, serving() as (port, _):
        peer.check(now)
        _one_after_another(port, session_key, peer, now, report)
        _many_at_once(port, session_key, peer, now, report)
    report.save()


def _one_after_another(port: int, session_key: str, peer: Superset, now: datetime, report: Report) -> None:
    from benchmarks.panels import bare_driver
    from benchmarks.scene import path

    report.heading(f"Q2, one client: ms, medians of {ROUNDS} rounds in turns")
    with Client(port, session_key) as client, bare_driver() as driver:
        times = in_turns(
            {
                "the bare driver": _by_day(now, lambda stop: driver(PANEL, stop)),
                "PanelDash, for the first time": _by_day(now, lambda stop: client.get(path(PANEL, stop))),
                "Superset, for the first time": _by_day(now, lambda stop: peer.chart(stop, force=True)),
                "PanelDash, again": lambda: client.get(path(PANEL, now)),
                "Superset, again": lambda: peer.chart(now, force=False),
            },
            rounds=ROUNDS,
            warm_up=WARM_UP,
        )
    floor = times.pop("the bare driver")
    for name, timing in times.items():
        report.add(_figure(name, timing, floor))


def _many_at_once(port: int, session_key: str, peer: Superset, now: datetime, report: Report) -> None:
    from benchmarks.scene import path

    report.heading(f"Q2 again and again, {CLIENTS} clients for {SECONDS:.0f} s: answers a second")

    def ask_paneldash() -> Callable[[], object]:
        client = Client(port, session_key)
        return lambda: client.get(path(PANEL, now))

    its, ours = _rate(lambda: lambda: peer.chart(now, force=False)), _rate(ask_paneldash)
    report.add(Figure("peers", f"Superset, {CLIENTS} clients", its, "/s"))
    report.add(Figure("peers", f"PanelDash, {CLIENTS} clients", ours, "/s"))
    report.add(Figure("peers", "Superset's rate as a part of PanelDash's", its / ours, "", None, MOST_OF_OURS))


def _figure(name: str, timing: Timing, floor: Timing) -> Figure:
    return Figure("peers", name, timing.median, "ms", floor.median, spread=timing.spread)


def _by_day(now: datetime, ask: Callable[[datetime], object]) -> Callable[[], object]:
    """Asks for an earlier day each time."""
    days = itertools.count(1)
    return lambda: ask(now - timedelta(days=next(days)))


def _rate(make: Callable[[], Callable[[], object]]) -> float:
    """Answers a second of so many clients, each asking again as soon as it has its answer."""
    end = time.monotonic() + SECONDS

    def ask_on(_: int) -> int:
        ask, answered = make(), 0
        while time.monotonic() < end:
            ask()
            answered += 1
        return answered

    with ThreadPoolExecutor(CLIENTS) as threads:
        return sum(threads.map(ask_on, range(CLIENTS))) / SECONDS


if __name__ == "__main__":
    main()
