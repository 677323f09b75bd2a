"""What is measured: panels over the data set, tenants that all lead to it, and somebody who may see them all."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from benchmarks.installation import DATA, READER
from dashboards.models import Dashboard, Panel, Placement
from paneldash.embedded import EmbeddedServer
from tenants.models import Membership, Role, Tenant, User
from tenants.sessions import SessionStore

TENANTS = 200
METRICS = {"timestamp": "recorded_at", "value": "cpu_percent", "series_label": "server_name"}
STATUS = {
    name: {"label": name, "color": colour} for name, colour in (("ok", "good"), ("degraded", "warning"), ("down", "critical"))
}
LINES = [{"name": "ts", "format": "datetime"}, {"name": "severity"}, {"name": "service"}, {"name": "message"}]
GROUPED = """\
SELECT $__timeGroup(recorded_at, '5m') AS time, server_name, avg(cpu_percent) AS value
FROM metrics WHERE $__timeFilter(recorded_at) GROUP BY 1, 2"""
# The same by the index, a short look for each bucket: the best variant there is.
BY_INDEX = """\
SELECT one.at AS time, points.server_name, points.value
FROM generate_series($__timeFrom(), $__timeTo(), interval '5 minutes') AS one(at)
CROSS JOIN LATERAL (
  SELECT server_name, avg(cpu_percent) AS value FROM metrics
  WHERE recorded_at >= one.at AND recorded_at < one.at + interval '5 minutes' GROUP BY server_name
) AS points"""
SOURCES: dict[str, dict[str, Any]] = {
    "kpi": {"type": "kpi", "table": "metrics", "columns": {"value": "cpu_percent"},
            "query": "WHERE server_name = 'server-01' ORDER BY recorded_at DESC LIMIT 1"},
    "health": {"type": "health_status", "table": "health", "columns": {"service_name": "name", "status_value": "status"}},
    "day": {"type": "timeseries", "table": "metrics", "columns": METRICS, "aggregate": "avg"},
    "week": {"type": "timeseries", "table": "metrics", "columns": METRICS, "aggregate": "avg"},
    "raw": {"type": "timeseries", "table": "metrics", "columns": METRICS},
    "sql": {"type": "timeseries", "sql": GROUPED},
    "index": {"type": "timeseries", "sql": BY_INDEX},
    "lines": {"type": "table", "table": "logs", "columns": LINES},
}  # fmt: skip
DISPLAYS: dict[str, dict[str, Any]] = {
    "health": {"status_mapping": STATUS},
    "lines": {"default_sort": "ts", "default_sort_order": "desc"},
}
HOURS = {"kpi": 6, "health": 6, "day": 24, "week": 168, "raw": 2, "sql": 24, "index": 24, "lines": 6}
SHOWN = {
    "kpi": "KPI, the latest of 5,000,000 rows",
    "health": "health status, 10 services",
    "day": "time series, 24 h in minutes × 20, 28,800 points",
    "week": "time series, 7 d in hours × 20",
    "raw": "time series, 2 h raw, 14,400 points",
    "sql": "time series by SQL, 24 h in 5 minutes × 20",
    "index": "Q2, the same by the index",
    "lines": "table, 25 of 1,000,000 rows and their count",
}


def set_the_scene(server: EmbeddedServer, password: str) -> str:
    """Make tenants, panels and a dashboard of them all; answers the session key of a viewer of every tenant."""
    viewer = User.objects.create_user("viewer@example.com", "not to be signed in with")
    where = {"host": str(server.socket_folder), "port": 5432, "database": DATA, "user": READER, "sslmode": "disable"}
    for number in range(TENANTS):
        tenant = Tenant.objects.create(slug=f"tenant-{number:03}", name=f"Tenant {number}", **where)
        tenant.set_password(password)
        tenant.save()
        Membership.objects.create(user=viewer, tenant=tenant, role=Role.VIEWER)
    make_board(SOURCES)
    return sign_in(viewer)


def make_board(slugs: Iterable[str]) -> None:
    """A dashboard of these panels, shared with every tenant."""
    board = Dashboard.objects.create(slug="bench", name="Bench", refresh_interval=0)
    for row, slug in enumerate(slugs):
        source = SOURCES[slug]
        kind = source["type"]
        document = {"type": kind, "title": SHOWN[slug], "data_source": {k: v for k, v in source.items() if k != "type"}}
        document["display"] = DISPLAYS.get(slug, {})
        Panel.objects.create(slug=slug, title=SHOWN[slug], panel_type=kind, document=document)
        Placement.objects.create(dashboard=board, panel_slug=slug, row=row * 4)


def path(slug: str, stop: datetime, tenant: int = 0, *, hours: int | None = None) -> str:
    """A panel's fragment over its range up to `stop`, or over so many hours."""
    start = stop.timestamp() - (hours or HOURS[slug]) * 3_600
    return f"/t/tenant-{tenant:03}/d/bench/panels/{slug}/?from={start * 1_000:.0f}&to={stop.timestamp() * 1_000:.0f}"


def sign_in(user: User) -> str:
    """A session as signing in makes it; answers its key."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)
