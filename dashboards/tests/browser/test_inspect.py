"""The inspector: what a panel asks, what that costs and why, in a dialog over the page."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.models import Dashboard

BIG = """
CREATE TABLE big AS SELECT now() - n * interval '1 second' AS at, n AS load FROM generate_series(1, 60000) n;
GRANT SELECT ON big TO PUBLIC;
ANALYZE big;
"""


def test_an_editor_reads_what_is_dear_and_unfolds_the_plan(
    visit: Callable[..., Page],
    ada: Any,
    overview: Dashboard,
    acme_database: dict,
    admin_sql: Callable[..., None],
) -> None:
    admin_sql(acme_database, f"DROP TABLE IF EXISTS big; {BIG}")
    panel = overview.tenant.own_panels.get(slug="cpu")
    panel.document["data_source"] = {"table": "big", "columns": {"timestamp": "at", "value": "load"}}
    panel.save()
    page = visit(ada, "/t/acme/d/overview/?from=now-5m&to=now&refresh=0")
    page.wait_for_selector("#chart-cpu .scatterlayer .trace")
    page.get_by_label("Menu of CPU").click()
    page.locator("#panel-cpu").get_by_text("Inspect query").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("CREATE INDEX CONCURRENTLY ON big (at);")
    plan = dialog.locator("pre.plan")
    expect(plan).to_be_hidden()
    dialog.locator("summary").click()
    expect(plan).to_contain_text("Seq Scan on big")
