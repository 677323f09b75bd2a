"""`make bench-scale`: two app hosts, Redis, PgBouncer before 1,000 tenants; once all alive, once with 100 of them dead.

Half of the dead refuse connections, half let them hang. Arguments change the size: `--seconds 20 --viewers 50`.
"""

import argparse
import random
import statistics
from collections import Counter
from contextlib import ExitStack

import psutil

from benchmarks.installation import CENTRAL, make_reader, newest, prepared, serving
from benchmarks.report import Figure, Report
from benchmarks.services import SERVER_CONNECTIONS, Bouncer, bouncer, redis
from benchmarks.viewers import Tally, Viewer, look
from benchmarks.witness import Witness
from paneldash.embedded import EmbeddedServer

HOSTS = 2
CENTRAL_CONNECTIONS = 40  # of a host
ALIVE = "all alive"
PANELS = ("kpi", "health", "lines")
MOST_TIMES, MOST_GROWTH_MIB = 1.3, 10.0
OWN_THREADS = 10  # of a worker, besides those that answer: gunicorn's, pools', sweepers'


def main() -> None:
    wanted = _arguments()
    with prepared(log_level="CRITICAL") as server:  # dead tenants are what is measured, not news
        _measure(server, wanted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-scale", description=__doc__)
    for name, value in (("tenants", 1_000), ("dead", 100), ("viewers", 200), ("seconds", 60)):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def _measure(server: EmbeddedServer, wanted: argparse.Namespace) -> None:
    from django.core.management import call_command

    from benchmarks.crowd import dying, make_tenants, make_viewers, moving

    call_command("prepare")
    names = [f"tenant-{number:03}" for number in range(wanted.tenants)]
    password, now, report = make_reader(server), newest(server), Report("scale")
    with redis() as cache, bouncer(server, names, password) as before_tenants:
        viewers = make_viewers(make_tenants(names, password, before_tenants.port), PANELS, wanted.viewers)
        dead = random.Random(7).sample(range(wanted.tenants), wanted.dead)
        healthy = [number for number in range(wanted.tenants) if number not in set(dead)]
        times = {}
        for title in (ALIVE, f"{wanted.dead} dead"):
            with ExitStack() as stack:
                if title != ALIVE:
                    stack.enter_context(dying([names[number] for number in dead]))
                hosts = [
                    stack.enter_context(serving(CACHE_URL=cache, DB_MAX_OPEN_CONNS=str(CENTRAL_CONNECTIONS)))
                    for _ in range(HOSTS)
                ]
                placed = [Viewer(key, hosts[place % HOSTS][0], tenants) for place, (key, tenants) in enumerate(viewers)]
                asked_before, path = before_tenants.transactions(), moving(now)
                with Witness(before_tenants, [process for _, process in hosts], server.url(CENTRAL)) as witness:
                    tally = look(placed, path, PANELS, seconds=wanted.seconds)
                asked = _asked_since(asked_before, before_tenants)
            times[title] = _report(title, tally, healthy, witness, asked, report)
    alive, with_dead = times.values()
    report.heading("Healthy tenants beside dead ones")
    report.add(Figure("scale", "p95 with dead ones", with_dead, "ms", alive, alive * MOST_TIMES))
    report.save()


def _asked_since(before: dict[str, int], now: Bouncer) -> list[int]:
    """By tenants that were asked at all."""
    since = {name: count - before.get(name, 0) for name, count in now.transactions().items() if name != "pgbouncer"}
    return [count for count in since.values() if count]


def _report(title: str, tally: Tally, healthy: list[int], witness: Witness, asked: list[int], report: Report) -> float:
    """Add a run's figures; answers the healthy tenants' p95."""
    from django.conf import settings

    group, workers = f"scale, {title}", HOSTS * settings.WEB_CONCURRENCY
    report.heading(f"{HOSTS} hosts, {title}")
    failures = sum((tally.failures[tenant] for tenant in healthy), Counter())
    print("".join(f"  {count} × {failure}\n" for failure, count in failures.most_common()), end="")
    good = [one for tenant in healthy for one in tally.times[tenant]]
    ill = [one for tenant in tally.times.keys() - set(healthy) for one in tally.times[tenant]]
    report.add(Figure(group, "answers of healthy tenants", len(good), ""))
    report.add(Figure(group, "of these failed", failures.total(), "", None, 0))
    for place in (50, 95, 99):
        report.add(Figure(group, f"healthy, p{place}", _percentile(good, place), "ms"))
    if title != ALIVE:
        report.add(Figure(group, "dead, p95", _percentile(ill, 95), "ms"))
    report.add(Figure(group, "transactions a tenant's database, mean", statistics.fmean(asked), ""))
    report.add(Figure(group, "transactions a tenant's database, most", max(asked), ""))
    bounds = {
        "clients": ("connections to PgBouncer", workers * settings.TENANT_POOL_TOTAL),
        "servers": ("connections from PgBouncer", SERVER_CONNECTIONS),
        "central": ("connections to the central database", HOSTS * CENTRAL_CONNECTIONS),
        "threads": ("threads of a worker", settings.WEB_THREADS + OWN_THREADS),
    }
    for what, (name, most) in bounds.items():
        report.add(Figure(group, name, witness.most(what), "", None, most))
    report.add(Figure(group, "memory of the largest worker", witness.most("mib"), "MiB"))
    report.add(Figure(group, "its growth over the second half", witness.growth_mib(), "MiB", None, MOST_GROWTH_MIB))
    report.add(Figure(group, "load of the machine, other programs' too", psutil.getloadavg()[0], ""))
    return _percentile(good, 95)


def _percentile(times: list[float], place: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[place - 1] if len(times) > 1 else sum(times)


if __name__ == "__main__":
    main()
