"""A hundred viewers of one tenant's dashboard with twelve panels, each refreshed every five seconds, for a minute."""

import re
import statistics
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import psycopg

from benchmarks.client import Client
from benchmarks.installation import CENTRAL, DATA, serving
from benchmarks.pages import Pages, Seen
from benchmarks.report import Figure, Report
from benchmarks.scene import METRICS, STATUS, sign_in
from dashboards.models import Dashboard, Panel, Placement
from paneldash.embedded import EmbeddedServer
from tenants.models import Membership, Role, Tenant, User

VIEWERS, SECONDS, EVERY = 100, 60, 5
ARRIVING_SECONDS = 3 * EVERY
MOST_P99_MS = 500.0
TENANT = "tenant-000"
HEALTH = {"table": "health", "columns": {"service_name": "name", "status_value": "status"}}
BY_MINUTE = """\
SELECT $__timeGroup(recorded_at, '{step}') AS time, server_name, avg({column}) AS value
FROM metrics WHERE $__timeFilter(recorded_at) GROUP BY 1, 2"""


def _kpi(server: int) -> dict[str, Any]:
    query = f"WHERE server_name = 'server-{server:02}' ORDER BY recorded_at DESC LIMIT 1"
    return {"type": "kpi", "data_source": {"table": "metrics", "columns": {"value": "cpu_percent"}, "query": query}}


def _chart(source: dict[str, Any], time_range: str) -> dict[str, Any]:
    return {"type": "timeseries", "data_source": source, "time_range": time_range}


def _sql(column: str, step: str, time_range: str) -> dict[str, Any]:
    return _chart({"sql": BY_MINUTE.format(column=column, step=step)}, time_range)


# One query each.
PANELS: list[dict[str, Any]] = [
    *map(_kpi, range(1, 5)),
    {"type": "health_status", "data_source": HEALTH, "display": {"status_mapping": STATUS}},
    _sql("cpu_percent", "5m", "24h"),
    _sql("mem_percent", "5m", "24h"),
    _sql("cpu_percent", "1m", "1h"),
    _sql("mem_percent", "1m", "6h"),
    _chart({"table": "metrics", "columns": METRICS, "aggregate": "avg"}, "24h"),
    _chart({"table": "metrics", "columns": METRICS, "aggregate": "avg"}, "7d"),
    _chart({"table": "metrics", "columns": METRICS, "aggregate": "max"}, "30d"),
]  # fmt: skip
MOST_QUERIES = len(PANELS) * SECONDS // EVERY + len(PANELS)


def measure(server: EmbeddedServer, report: Report) -> None:
    """On a server of its own, as a dashboard is opened in the morning: one viewer, then the others, then the minute that counts.

    Queries are the product's own count. Beside it stands what the tenant's server says: transactions of the whole run, which
    it knows when the connections have ended.
    """
    report.heading(f"{VIEWERS} viewers × {len(PANELS)} panels, every {EVERY} s, {SECONDS} s")
    paths, viewers, before = _make_board(), _make_viewers(), _transactions(server)
    with TemporaryDirectory() as folder, serving(PROMETHEUS_MULTIPROC_DIR=folder) as (port, gunicorn):
        first = _timed(lambda: _look_once(port, viewers[0], paths))
        pages = Pages(port, viewers, paths, arrive_seconds=EVERY, every=EVERY)
        pages.look(ARRIVING_SECONDS - time.time() % EVERY)
        arriving, pages.seen = pages.seen, Seen()
        asked, busy = _asked(port), _cpu(gunicorn)
        seen = pages.look(SECONDS)
        in_all = _asked(port)
        asked, busy = in_all - asked, (_cpu(gunicorn) - busy) / SECONDS
        pages.close()
    transactions = _transactions(server) - before
    report.add(Figure("wall", "queries in the minute", asked, "", None, MOST_QUERIES))
    report.add(Figure("wall", "transactions of the whole run, beside its queries", transactions, "", in_all))
    report.add(Figure("wall", "answers in the minute", len(seen.times), ""))
    report.add(Figure("wall", "of these failed", seen.failed, "", None, 0))
    report.add(Figure("wall", "of these unchanged, without a body", seen.unchanged, ""))
    report.add(Figure("wall", "p50, from when it was due", _percentile(seen, 50), "ms"))
    report.add(Figure("wall", "p99", _percentile(seen, 99), "ms", None, MOST_P99_MS))
    report.add(Figure("wall", "CPUs the workers took", busy, ""))
    report.add(Figure("wall", "before: the very first look, one panel after the other", first, "ms"))
    report.add(Figure("wall", f"before: p99 while all arrive within {EVERY} s", _percentile(arriving, 99), "ms"))


def _make_board() -> list[str]:
    board = Dashboard.objects.create(slug="wall", name="Wall", refresh_interval=EVERY)
    paths = []
    for number, facts in enumerate(PANELS):
        slug = f"wall-{number:02}"
        document = {"title": slug, **facts}
        own_range = str(facts.get("time_range", ""))
        Panel.objects.create(slug=slug, title=slug, panel_type=facts["type"], document=document)
        Placement.objects.create(dashboard=board, panel_slug=slug, row=number * 4, time_range=own_range)
        paths.append(f"/t/{TENANT}/d/wall/panels/{slug}/")
    return paths


def _make_viewers() -> list[str]:
    """Their sessions."""
    tenant, keys = Tenant.objects.get(slug=TENANT), []
    for number in range(VIEWERS):
        user = User.objects.create(email=f"wall-{number}@example.com")
        Membership.objects.create(user=user, tenant=tenant, role=Role.VIEWER)
        keys.append(sign_in(user))
    return keys


def _look_once(port: int, session_key: str, paths: list[str]) -> None:
    with Client(port, session_key) as client:
        for path in paths:
            client.get(path)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def _percentile(seen: Seen, place: int) -> float:
    return statistics.quantiles(seen.times, n=100, method="inclusive")[place - 1]


def _asked(port: int) -> int:
    """Results for which the tenant's database was asked since the server started, all workers together."""
    with Client(port, "", encodings="identity") as client:
        text = client.get("/metrics").decode()
    found = re.search(r'^paneldash_results_total\{how="asked"\} ([\d.]+)', text, re.M)
    return int(float(found[1])) if found else 0


def _transactions(server: EmbeddedServer) -> int:
    """Of panels, as the tenant's server counts them: a panel's transaction is always rolled back, and nobody else's is."""
    time.sleep(1.0)  # PostgreSQL says what a connection did when it has ended
    with psycopg.connect(server.url(CENTRAL), autocommit=True) as central:
        found = central.execute("SELECT xact_rollback FROM pg_stat_database WHERE datname = %s", [DATA]).fetchone()
    assert found is not None
    return int(found[0])


def _cpu(gunicorn: psutil.Process) -> float:
    """Seconds of CPU the workers have taken."""
    return sum(times.user + times.system for times in (worker.cpu_times() for worker in gunicorn.children()))
