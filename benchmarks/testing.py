"""`python -m benchmarks.testing`: a panel tested on 200 tenants, once all alive, once with 20 dead: when what is known."""

import time

from benchmarks.checks import most_connections
from benchmarks.installation import make_reader, prepared
from benchmarks.report import Figure, Report
from paneldash.embedded import EmbeddedServer

DEAD, FIRST = 20, 10
FIRST_SECONDS = 2.0


def main() -> None:
    with prepared(log_level="CRITICAL") as server:
        from paneldash.central.base import close_central_pools

        _measure(server)
        close_central_pools()


def _measure(server: EmbeddedServer) -> None:
    from django.core.management import call_command

    from benchmarks.crowd import dying
    from benchmarks.scene import TENANTS, set_the_scene
    from tenants.connections import close_all
    from tenants.models import Tenant

    call_command("prepare")
    set_the_scene(server, make_reader(server))
    names = [f"tenant-{number:03}" for number in range(0, TENANTS, TENANTS // DEAD)]
    report = Report("testing")
    report.heading(f"A panel tested on {TENANTS} tenants")
    _test("all alive", report)
    close_all()
    Tenant.objects.filter(slug__in=names).update(host="127.0.0.1")
    with dying(names):
        _test(f"{DEAD} dead", report)
    report.save()


def _test(title: str, report: Report) -> None:
    from django.conf import settings

    from audit.recording import Thing
    from dashboards.models import Panel
    from dashboards.testing.parts import Part, Run
    from dashboards.testing.running import begin
    from tenants.models import Tenant

    panel = Panel.objects.filter(panel_type="timeseries").order_by("slug")[0]
    with most_connections() as most:
        started = time.perf_counter()
        came, ran = [], 0
        for one in begin(Run([Part(panel, "6h", Thing.of(panel))], list(Tenant.objects.order_by("slug")), 300.0)):
            if one is not None:
                came.append(time.perf_counter() - started)
                ran += one.runs
    report.add(Figure("testing", f"{title}: the first", came[0], "s", target=FIRST_SECONDS))
    report.add(Figure("testing", f"{title}: the first {FIRST}", came[FIRST - 1], "s", target=FIRST_SECONDS))
    report.add(Figure("testing", f"{title}: {ran} that run, and all others", came[-1], "s"))
    report.add(Figure("testing", f"{title}: connections", max(most), "", target=float(settings.TENANT_POOL_TOTAL)))


if __name__ == "__main__":
    main()
