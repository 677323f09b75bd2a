"""Templates in a browser: from the builder's *Add* to a panel on the dashboard, with what is missing told meanwhile."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.models import Dashboard, Panel


def test_a_panel_is_added_from_a_template(
    visit: Callable[..., Page], ada: Any, acme: Any, acme_database: dict, admin_sql: Callable[..., None], overview: Dashboard
) -> None:
    admin_sql(acme_database, "DROP TABLE IF EXISTS my_runs; CREATE TABLE my_runs (run_id text, state text)")
    page = visit(ada, "/t/acme/d/overview/edit/")
    page.get_by_role("button", name="Add panel").click()
    page.get_by_role("link", name="From a template").click()
    page.get_by_role("link", name="Running now").click()
    expect(page.locator("#needs")).to_contain_text("Missing")
    page.get_by_label("Table of runs").fill("my_runs")
    page.get_by_label("Table of runs").press("Tab")
    expect(page.locator("#needs")).to_contain_text("Columns missing")
    expect(page.get_by_label("Onto the dashboard")).to_have_value("overview")
    page.get_by_role("button", name="Make the panel").click()
    page.wait_for_url("**/t/acme/d/overview/edit/")
    expect(page.get_by_text("Running now").first).to_be_visible()
    made = Panel.objects.get(slug="training-running", tenant=acme)
    assert "FROM my_runs" in made.document["data_source"]["sql"]
