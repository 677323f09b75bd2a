"""`python -m benchmarks.checks`: 50 panels checked on 200 tenants, once all alive, once with 20 of them dead."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.installation import make_reader, prepared
from benchmarks.report import Figure, Report
from paneldash.embedded import EmbeddedServer

PANELS, DEAD = 50, 20
MOST_SECONDS = 60.0


def main() -> None:
    with prepared(log_level="CRITICAL") as server:
        from paneldash.central.base import close_central_pools

        _measure(server)
        close_central_pools()


def _measure(server: EmbeddedServer) -> None:
    from django.core.management import call_command

    from benchmarks.crowd import dying
    from benchmarks.scene import TENANTS, set_the_scene
    from dashboards.models import Panel
    from tenants.models import Tenant

    call_command("prepare")
    set_the_scene(server, make_reader(server))
    first = list(Panel.objects.order_by("slug"))
    for number in range(PANELS - len(first)):
        like = first[number % len(first)]
        document = {**like.document, "title": f"{like.title}, {number}"}
        Panel.objects.create(slug=f"more-{number}", title=document["title"], panel_type=like.panel_type, document=document)
    names = [f"tenant-{number:03}" for number in range(0, TENANTS, TENANTS // DEAD)]
    report = Report("checks")
    report.heading(f"{PANELS} panels checked on {TENANTS} tenants")
    _check("all alive", report)
    Tenant.objects.filter(slug__in=names).update(host="127.0.0.1")
    with dying(names):
        _check(f"{DEAD} dead", report)
    report.save()


def _check(title: str, report: Report) -> None:
    from django.conf import settings

    from dashboards.checking.checking import check_all

    with most_connections() as most:
        started = time.perf_counter()
        check_all()
        seconds = time.perf_counter() - started
    report.add(Figure("checks", title, seconds, "s", target=MOST_SECONDS))
    report.add(Figure("checks", f"{title}: connections", max(most), "", target=float(settings.TENANT_POOL_TOTAL)))


@contextmanager
def most_connections() -> Iterator[list[int]]:
    """How many were open at once, looked at a hundred times a second."""
    from tenants.connections import pool_figures

    seen, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            seen.append(pool_figures()["open"])

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    main()
