"""Writing PromQL: its editors, their completion from a real Prometheus, mistakes at their place, and what is drawn and saved."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.browser.test_appearance import violations

URL = "/t/acme/d/board/panels/rooms/query/?from=now-5d&to=now-4d"


def test_queries_are_completed_mended_run_and_saved(
    visit: Callable[..., Page], ada: Any, acme: Any, make_prometheus: Callable[..., Any]
) -> None:
    make_prometheus(tenant=acme, scrape_interval="30m")
    document = {"type": "timeseries", "title": "Rooms", "data_source": {"promql": "room_temperature"}}
    own = {"scope": "tenant", "tenant": acme}
    panel = Panel.objects.create(slug="rooms", title="Rooms", panel_type="timeseries", document=document, **own)
    Placement.objects.create(dashboard=Dashboard.objects.create(slug="board", name="Board", **own), panel_slug="rooms")
    page = visit(ada, URL)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(f"{message.text} {message.location}") if message.type == "error" else None)
    page.get_by_role("button", name="Add a query").click()
    editor = page.get_by_role("textbox", name="PromQL B")
    expect(editor).to_be_focused()

    def choose(typed: str, offered: str) -> None:
        page.keyboard.type(typed)
        expect(page.locator("li[aria-selected] .cm-completionLabel")).to_have_text(offered)
        page.locator("li[aria-selected]").click()

    choose("ra", "rate")
    choose("visi", "visits_total")
    choose("{ho", "host")
    choose('="we', "web-1")
    page.keyboard.press("End")
    assert page.locator("#promql-1").input_value() == 'rate(visits_total{host="web-1"})'
    page.keyboard.press("Control+Enter")
    expect(page.locator(".query-mistake")).to_contain_text("B: The PromQL has a mistake.")
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    page.get_by_role("button", name="column 1").click()
    assert not refused, refused  # what Chromium makes of a replaced line is styled, and refused by the policy
    page.locator("#promql-1 + .query-editor .cm-content").press("Control+a")
    page.keyboard.type("rate(visits_total[")
    choose("$__ra", "$__rate_interval")
    page.get_by_label("Legend").last.fill("{{host}} visits")
    page.get_by_label("Hidden").first.check()
    page.keyboard.press("Enter")
    expect(page.locator("#chart-preview .scatterlayer .trace")).to_have_count(2)
    expect(page.locator("#announcer")).to_have_text("B: 2 series.")
    page.get_by_label("Find a metric").fill("room")
    expect(page.locator(".query-metrics li", has_text="go_")).to_have_count(0)
    expect(page.locator(".query-metrics li", has_text="room_temperature")).to_have_count(1)
    assert violations(page) == []
    page.get_by_role("button", name="Remove query A").click()
    page.locator(".cm-content").press("Control+s")
    expect(page.locator(".message")).to_have_text("Saved as version 2 of Rooms.")
    panel.refresh_from_db()
    its = panel.document["data_source"]
    assert its == {"promql": "rate(visits_total[$__rate_interval])", "legend": "{{host}} visits"}
