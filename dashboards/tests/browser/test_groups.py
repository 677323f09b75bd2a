"""Groups of panels on a dashboard: open, closed, and what is asked for meanwhile."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.browser.test_appearance import violations

DOCUMENTS: dict[str, dict[str, Any]] = {
    "note": {"type": "text", "title": "Note", "content": "# Who to call\n\n* [Ada](https://example.com)\n* `Bob`\n\n| a | b |\n|-|-|\n| 1 | 2 |"},
    "orders": {"type": "row", "title": "Orders"},
    "total": {"type": "kpi", "title": "Total", "data_source": {"sql": "SELECT 1 AS value"}},
    "stock": {"type": "row", "title": "Stock", "display": {"collapsed": True}},
    "left": {"type": "kpi", "title": "Left", "data_source": {"sql": "SELECT 2 AS value"}},
}  # fmt: skip


@pytest.fixture
def board(acme: Any, acme_database: dict) -> Dashboard:
    made = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme, refresh_interval=2)
    for at, (slug, document) in enumerate(DOCUMENTS.items()):
        Panel.objects.create(
            slug=slug, title=document["title"], panel_type=document["type"], scope="tenant", tenant=acme, document=document
        )
        Placement.objects.create(dashboard=made, panel_slug=slug, row=3 * at, col=0, width=6, height=3)
    return made


@pytest.fixture
def opened(visit: Callable[..., Page], bob: Any, board: Dashboard) -> Page:
    page = visit(bob, "/t/acme/d/board/")
    expect(page.locator("#panel-total")).to_have_attribute("data-state", "fresh")
    expect(page.locator("#panel-note .prose h3")).to_have_text("Who to call")
    return page


def asked(page: Page) -> list[str]:
    """The ids of the panels that are asked for from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if "/panels/" in request.url:
            found.append(request.url.split("/panels/")[1].split("/")[0])

    page.on("request", note)
    return found


def test_a_closed_group_is_neither_loaded_nor_refreshed(opened: Page) -> None:
    expect(opened.locator("#panel-left")).to_have_attribute("data-state", "loading")
    found = asked(opened)
    opened.get_by_text("Orders", exact=True).click()
    opened.keyboard.press("r")
    opened.wait_for_timeout(2_400)
    assert set(found) <= {"note"}
    opened.get_by_text("Orders", exact=True).click()
    opened.get_by_text("Stock", exact=True).focus()
    opened.get_by_text("Stock", exact=True).click()
    expect(opened.locator("#panel-left")).to_have_attribute("data-state", "fresh")
    opened.wait_for_timeout(1_100)
    assert {"total", "left"} <= set(found)


def test_what_one_closes_stays_closed_in_this_browser(opened: Page) -> None:
    opened.locator("#panel-orders > summary").press("Enter")
    opened.reload()
    expect(opened.locator("#panel-orders")).not_to_have_attribute("open", "")
    expect(opened.locator("#panel-total")).to_be_hidden()
    expect(opened.locator("#panel-total")).to_have_attribute("data-state", "loading")


def test_groups_and_text_have_no_violation(opened: Page) -> None:
    opened.get_by_text("Stock", exact=True).click()
    expect(opened.locator("#panel-left")).to_have_attribute("data-state", "fresh")
    assert violations(opened) == []
