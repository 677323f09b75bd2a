"""Every panel type on a real database, by every door: its page, its files, its plan, the API, and the checks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.checking.checking import check_all
from dashboards.models import Check, Dashboard, Panel, Placement
from dashboards.panels import PANEL_TYPES

TABLES = """
DROP TABLE IF EXISTS measured;
CREATE TABLE measured (at timestamptz NOT NULL, host text, kind text, load float8, status int, word text);
INSERT INTO measured
SELECT now() - make_interval(mins => n), 'host ' || n % 3, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END, n, n % 3,
       CASE n % 2 WHEN 0 THEN 'ok' ELSE 'gone' END
FROM generate_series(1, 300) AS n;
CREATE INDEX ON measured (at);
"""
TIMES = {"timestamp": "at", "value": "load", "series_label": "host"}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "timeseries": {"data_source": {"table": "measured", "columns": TIMES}},
    "kpi": {"data_source": {"table": "measured", "columns": {"value": "load", "timestamp": "at"}, "aggregate": "max"}},
    "health_status": {
        "data_source": {"table": "measured", "columns": {"service_name": "host", "status_value": "status", "changed_at": "at"},
                        "aggregate": "last"}
    },
    "table": {"data_source": {"table": "measured", "columns": [{"name": "host"}, {"name": "load"}]}},
    "gauge": {"data_source": {"table": "measured", "columns": {"value": "load", "label": "host", "timestamp": "at"}, "aggregate": "last"}},
    "bar": {
        "data_source": {"table": "measured", "columns": {"category": "host", "series_label": "kind", "value": "load", "timestamp": "at"},
                        "aggregate": "sum"}
    },
    "pie": {"data_source": {"sql": "SELECT host, count(*) FROM measured WHERE $__timeFilter(at) GROUP BY 1"}},
    "histogram": {"data_source": {"table": "measured", "columns": {"value": "load", "timestamp": "at"}}},
    "heatmap": {"data_source": {"table": "measured", "columns": TIMES}, "display": {"rows": "values"}},
    "status_history": {
        "data_source": {"table": "measured", "columns": {**TIMES, "value": "word"}},
        "display": {"mappings": [{"value": "ok", "text": "fine", "color": "good"}]},
    },
    "text": {"content": "**bold**"},
    "row": {},
}  # fmt: skip


@pytest.fixture
def board(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Dashboard:
    """A dashboard of one panel of each type there is."""
    admin_sql(acme_database, TABLES)
    made = Dashboard.objects.create(slug="all", name="All", scope="tenant", tenant=acme, time_range="6h")
    for at, name in enumerate(sorted(PANEL_TYPES)):
        document = {"type": name, "title": name, **DOCUMENTS[name]}
        Panel.objects.create(slug=name, title=name, panel_type=name, scope="tenant", tenant=acme, document=document)
        Placement.objects.create(dashboard=made, panel_slug=name, row=4 * at, col=0, width=12, height=4)
    return made


def test_each_is_drawn_answered_exported_and_explained(client: Client, ada: Any, board: Dashboard) -> None:
    client.force_login(ada)
    for name in PANEL_TYPES:
        path = f"/t/acme/d/all/panels/{name}/"
        html = client.get(path).content.decode()
        assert 'data-state="error"' not in html, (name, html)
        answer = client.get(f"/api/v1/panels/{name}/data", {"tenant_id": "acme", "date_from": "now-6h", "date_to": "now"})
        assert answer.status_code == 200, (name, answer.content)
        data = answer.json()["data"]
        assert PANEL_TYPES[name].shape.model_validate(data).model_dump(mode="json", exclude_unset=True) == data
        asks = bool(DOCUMENTS[name].get("data_source"))
        for kind in ("csv", "xlsx", "json"):
            file = client.get(f"{path}{kind}/")
            assert file.status_code == (200 if asks else 404), (name, kind)
            assert not asks or len(b"".join(file.streaming_content)) > 10
        inspected = client.get(f"{path}inspect/").content.decode()
        assert ("Estimated cost" in inspected) == asks, (name, inspected)


def test_a_check_finds_each_fine_or_says_what_is_lacking(acme: Any, board: Dashboard, acme_database: Any, admin_sql: Any) -> None:
    assert check_all(tenant=acme).is_fine
    admin_sql(acme_database, "ALTER TABLE measured RENAME COLUMN at TO moment")
    (checked,) = check_all(tenant=acme).tenants
    found = {panel.slug: checked.found[panel.pk] for panel in Panel.objects.filter(pk__in=checked.found)}
    lacking = {slug for slug, one in found.items() if one.outcome == Check.Outcome.MISSING_COLUMN}
    assert lacking == set(PANEL_TYPES) - {"table", "text", "row"}


def test_a_page_with_a_chart_loads_the_script_that_draws_it(client: Client, bob: Any, board: Dashboard) -> None:
    client.force_login(bob)
    assert "plotly-basic.min.js" in client.get("/t/acme/d/all/").content.decode()
    for name, kind in PANEL_TYPES.items():
        html = client.get(f"/t/acme/d/all/panels/{name}/view/").content.decode()
        assert ("plotly-basic.min.js" in html) == kind.is_chart
