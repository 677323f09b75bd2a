"""A tenant that dies and comes back; a server that cannot be reached."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from datasources.budget import budget
from tenants.models import Tenant


def move_tenant(host: str) -> None:
    """Another address for Acme's database, noticed at the next query."""
    Tenant.objects.filter(slug="acme").update(host=host, connection_version=F("connection_version") + 1)


def test_a_tenant_that_dies_leaves_its_last_answer_and_comes_back(drawn: Callable[..., Page], acme: Any) -> None:
    page = drawn()
    newest = page.locator("#panel-newest")
    move_tenant("/nonexistent")
    expect(newest).to_have_attribute("data-state", "stale", timeout=20_000)
    expect(newest.locator(".kpi-number")).to_contain_text("85.7")
    expect(newest.get_by_role("button", name="Try again")).to_be_visible()
    move_tenant(acme.host)
    expect(newest).to_have_attribute("data-state", "fresh", timeout=40_000)


def test_a_stale_kpi_keeps_its_value_in_sight(drawn: Callable[..., Page]) -> None:
    page = drawn()
    newest = page.locator("#panel-newest")
    move_tenant("/nonexistent")
    expect(newest).to_have_attribute("data-state", "stale", timeout=20_000)
    panel, value, notice = (newest.locator(part).bounding_box() for part in (":scope", ".kpi-value", ".panel-stale"))
    assert panel
    assert value
    assert notice
    assert value["y"] + value["height"] <= notice["y"]
    assert notice["y"] + notice["height"] <= panel["y"] + panel["height"]
    expect(newest.locator(".panel-stale")).to_have_attribute("title", re.compile("Reference"))


def test_a_tenant_beyond_its_budget_shows_the_servers_last_answer_also_on_a_new_page(
    drawn: Callable[..., Page], acme: Any, spend_budget: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = drawn()
    newest = page.locator("#panel-newest")
    spend_budget(acme)
    expect(newest).to_have_attribute("data-state", "stale", timeout=20_000)
    expect(page.locator("#announcer")).to_contain_text("done its share")
    page.reload()
    expect(newest).to_have_attribute("data-state", "stale")
    expect(newest.locator(".kpi-number")).to_contain_text("85.7")
    expect(newest.locator(".panel-stale")).to_contain_text("has done its share for this minute")
    expect(newest.locator(".panel-age time")).to_contain_text("ago")
    next_minute = budget._clock() + 60
    monkeypatch.setattr(budget, "_clock", lambda: next_minute)
    expect(newest).to_have_attribute("data-state", "fresh", timeout=20_000)


def test_a_dead_tenant_shows_a_sentence_from_the_first(visit: Callable[..., Page], bob: Any, overview: Any) -> None:
    move_tenant("/nonexistent")
    page = visit(bob, "/t/acme/d/overview/")
    newest = page.locator("#panel-newest")
    expect(newest).to_have_attribute("data-state", "error")
    expect(newest.get_by_text("Reference")).to_be_visible()
    expect(newest.get_by_text("/nonexistent")).to_have_count(0)


def test_a_lost_network_keeps_what_is_shown(drawn: Callable[..., Page]) -> None:
    page = drawn("?refresh=0")  # nothing but the button asks again
    page.context.set_offline(True)
    page.keyboard.press("r")
    expect(page.locator("#panel-cpu")).to_have_attribute("data-state", "stale")
    expect(page.locator("#chart-cpu .trace")).not_to_have_count(0)
    page.context.set_offline(False)
    page.locator("#panel-cpu").get_by_role("button", name="Try again").click()
    expect(page.locator("#panel-cpu")).to_have_attribute("data-state", "fresh")


def test_a_page_that_could_not_be_had_gives_way_to_what_is_there(drawn: Callable[..., Page]) -> None:
    page = drawn()
    lines = page.locator("#panel-lines")
    lines.scroll_into_view_if_needed()
    expect(lines.locator("td").first).to_be_visible()
    page.context.set_offline(True)
    lines.get_by_role("link", name="Next").click()
    expect(lines).to_have_attribute("data-state", "error")
    page.context.set_offline(False)
    expect(lines).to_have_attribute("data-state", "fresh", timeout=20_000)


def test_a_panel_in_use_is_not_refreshed_under_ones_hands(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.get_by_label("Menu of Newest").click()
    page.wait_for_timeout(5_000)
    expect(page.locator("#panel-newest .panel-menu")).to_have_attribute("open", "")


def test_a_dialog_is_a_page_of_its_own_in_a_new_tab(visit: Callable[..., Page], ada: Any, overview: Any) -> None:
    page = visit(ada, "/t/acme/d/overview/")
    page.wait_for_selector("#chart-cpu .scatterlayer .trace")
    page.get_by_label("Menu of CPU").click()
    page.get_by_role("link", name="Inspect query").click()
    expect(page.get_by_role("dialog")).to_contain_text("SELECT")
    expect(page.get_by_role("dialog").locator(".dialog-head")).to_have_count(1)
    expect(page.get_by_role("dialog").locator(".topbar")).to_have_count(0)
    page.goto("/t/acme/d/overview/panels/cpu/inspect/")
    expect(page.get_by_role("heading", level=1)).to_have_text("CPU")
    expect(page.locator(".topbar")).to_be_visible()
    expect(page.locator("#main").get_by_label("Close")).to_be_hidden()


def test_without_scripts_a_chart_is_its_figures(visit: Callable[..., Page], bob: Any, overview: Any) -> None:
    page = visit(bob, "/t/acme/d/overview/panels/cpu/view/", java_script_enabled=False)
    expect(page.locator(".chart")).to_be_hidden()
    expect(page.get_by_text("Show as table")).to_be_visible()
    expect(page.locator(".legend")).to_contain_text("worker")
    expect(page.locator(".panel-when")).to_contain_text("UTC")
    expect(page.locator("[data-action='shortcuts']")).to_be_hidden()


def test_an_unchanged_panel_is_not_sent_again(drawn: Callable[..., Page]) -> None:
    page = drawn()
    asked_at = page.locator("#panel-newest .panel-when time").get_attribute("datetime")
    with page.expect_response(lambda answer: "/panels/newest/" in answer.url and answer.status == 204, timeout=20_000):
        pass
    expect(page.locator("#panel-newest .panel-when time")).not_to_have_attribute("datetime", asked_at or "")
    expect(page.locator("#panel-newest")).to_have_attribute("data-state", "fresh")
    expect(page.locator("#panel-newest .kpi-number")).to_contain_text("85.7")


def test_pressing_refresh_shows_the_newest(
    drawn: Callable[..., Page], acme_database: dict, admin_sql: Callable[..., None]
) -> None:
    page = drawn("?refresh=0")
    mail = page.locator("#panel-health li", has_text="mail").first
    expect(mail).to_contain_text("down")
    admin_sql(acme_database, "UPDATE services SET status = 0 WHERE name = 'mail'")
    page.wait_for_timeout(1_100)  # a result of this very second would be new enough
    page.keyboard.press("r")
    expect(mail).to_contain_text("healthy")
