"""The admin's page Checks in a browser: a check that is asked for shows how far it is, then what it found."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.models import CheckRun, Panel
from dashboards.tasks import check_on_request


def test_a_check_is_asked_for_and_its_outcome_appears(visit: Callable[..., Page], root: Any, acme: Any) -> None:
    document = {"type": "kpi", "title": "Lost", "data_source": {"sql": "SELECT count(*) AS value FROM lost"}}
    Panel.objects.create(slug="lost", title="Lost", panel_type="kpi", document=document)
    page = visit(root, "/admin/checks/")
    expect(page.get_by_role("status")).to_contain_text("Nothing has been checked yet.")
    page.get_by_role("button", name="Check all tenants again").click()
    expect(page.get_by_role("status")).to_contain_text("The check waits for a worker.")
    expect(page.get_by_role("alert")).to_contain_text("No worker runs")
    check_on_request(run_id=CheckRun.objects.get().pk, tenant_id=None)  # what a worker does
    row = page.get_by_role("row", name="Lost")
    expect(row).to_contain_text("runs on 0 of 1 tenant", timeout=20_000)
    expect(row).to_contain_text("table lost is missing at acme since")
    expect(page.get_by_role("status")).to_contain_text("asked for by root@example.com", timeout=20_000)


def test_on_a_phone_the_table_scrolls_in_its_frame(visit: Callable[..., Page], root: Any, acme: Any) -> None:
    Panel.objects.create(slug="lost", title="Lost", panel_type="kpi", document={})
    page = visit(root, "/admin/checks/", viewport={"width": 390, "height": 800})
    expect(page.get_by_role("row", name="Lost")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
