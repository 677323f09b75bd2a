"""Every panel type that asks, over a real Prometheus, drawn on one dashboard in a real Chromium."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.models import Dashboard, Panel, Placement
from datasources.tests.prometheus.real import RealPrometheus

ROOMS = {"promql": "room_temperature", "legend": "{{host}}"}
COUNTS = " or ".join(
    f'label_replace({share} * sum(visits_total), "le", "{bound}", "", "")'
    for share, bound in ((1, "0.1"), (3, "0.5"), (4, "+Inf"))
)
BUCKETS = {"promql": f"sum by (le) ({COUNTS})"}
WARM = [{"range": {"max": 20}, "text": "cool", "color": "good"}, {"range": {"min": 20}, "text": "warm", "color": "warning"}]
DOCUMENTS: dict[str, dict[str, Any]] = {
    "timeseries": {"data_source": ROOMS},
    "kpi": {"data_source": {**ROOMS, "range": True}, "display": {"reduce": "max", "unit": "celsius"}},
    "gauge": {"data_source": ROOMS, "display": {"min": 0, "max": 40}},
    "bar": {"data_source": ROOMS},
    "pie": {"data_source": ROOMS},
    "heatmap": {"data_source": {**BUCKETS, "legend": "{{le}}"}, "display": {"rows": "le"}},
    "histogram": {"data_source": BUCKETS},
    "table": {"data_source": {"queries": [ROOMS, {"promql": "sum by (host) (visits_total)", "legend": "visits"}]}},
    "status_history": {"data_source": ROOMS, "display": {"mappings": WARM}},
    "health_status": {
        "data_source": {"promql": "room_temperature > bool 0", "legend": "{{host}}"},
        "display": {"status_mapping": {"1": {"label": "up", "color": "good"}}},
    },
}
DRAWN = {
    "timeseries": ("#chart-timeseries .scatterlayer .trace", 2),
    "kpi": ("#panel-kpi .sparkline", 1),
    "gauge": ("#panel-gauge .dial", 2),
    "bar": ("#chart-bar .barlayer .point", 2),
    "pie": ("#chart-pie .pielayer .slice", 2),
    "heatmap": ("#chart-heatmap .imagelayer image", 1),
    "histogram": ("#chart-histogram .barlayer .point", 3),
    "table": ("#panel-table tbody tr", 2),
    "status_history": ("#chart-status_history .imagelayer image", 1),
    "health_status": ("#panel-health_status", 1),
}


def test_every_type_is_drawn_from_promql(
    visit: Callable[..., Page], bob: Any, acme: Any, make_prometheus: Callable[..., Any], prometheus: RealPrometheus
) -> None:
    make_prometheus(tenant=acme, scrape_interval="30m")
    own = {"scope": "tenant", "tenant": acme}
    board = Dashboard.objects.create(slug="types", name="Types", refresh_interval=0, **own)
    for place, (kind, document) in enumerate(DOCUMENTS.items()):
        whole = {"type": kind, "title": kind, **document}
        Panel.objects.create(slug=kind, title=kind, panel_type=kind, document=whole, **own)
        Placement.objects.create(dashboard=board, panel_slug=kind, row=place // 4 * 5, col=place % 4 * 3, width=3, height=5)
    stop = (prometheus.history + 20 * 86_400) * 1_000
    page = visit(bob, f"/t/acme/d/types/?from={stop - 86_400_000}&to={stop}", viewport={"width": 1440, "height": 1400})
    for kind, (mark, count) in DRAWN.items():
        expect(page.locator(mark), kind).to_have_count(count)
    expect(page.locator(".panel[data-state='error']")).to_have_count(0)
    expect(page.locator("#panel-kpi")).to_contain_text("26")
    expect(page.locator("#panel-health_status")).to_contain_text("web-2")
    expect(page.locator("#chart-heatmap .yaxislayer-above")).to_contain_text("0.1 – 0.5")
