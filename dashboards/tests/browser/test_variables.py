"""Variables on a page: chosen by keyboard, by search and without scripts; they stand in the address."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.models import Dashboard, Panel, Placement
from dashboards.tests.browser.test_appearance import violations
from datasources.results import forget_results

SERVER = {
    "name": "server",
    "kind": "query",
    "label": "Server",
    "data_source": {"sql": "SELECT unnest(ARRAY['web', 'worker']) UNION ALL SELECT 'spare-' || n FROM generate_series(1, 60) n"},
    "multi": True,
    "all": True,
}
SIZE = {"name": "size", "kind": "custom", "options": ["small", {"value": "large", "text": "Large"}]}
WORD = {"name": "word", "kind": "text", "label": "Word", "default": "hello"}
PANEL = {
    "type": "kpi",
    "title": "$server, $size",
    "data_source": {"sql": "SELECT cardinality(:server::text[]) AS value, :word AS word, :size AS size"},
}


@pytest.fixture
def board(overview: Dashboard) -> Dashboard:
    forget_results()
    overview.variables = [SERVER, SIZE, WORD]
    overview.save()
    Panel.objects.filter(slug="newest").update(title=PANEL["title"], document=PANEL)
    return overview


def menu(page: Page, name: str) -> Any:
    return page.locator(f"[data-menu='variable-{name}']")


def title(page: Page) -> Any:
    return page.locator("#panel-newest .panel-title")


def test_several_are_chosen_with_the_keyboard(visit: Callable[..., Page], bob: Any, board: Dashboard) -> None:
    page = visit(bob, "/t/acme/d/overview/")
    summary = menu(page, "server").locator("summary")
    expect(summary).to_have_text(re.compile("web"))
    expect(title(page)).to_have_text("web, small")
    summary.press("Enter")
    search = menu(page, "server").get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("spare-7")
    search.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?.*var-server=web&var-server=spare-7$"))
    expect(title(page)).to_have_text("web, spare-7, small")
    expect(page.locator("#panel-newest .kpi-number, #panel-newest .panel-body")).to_contain_text(["2"])
    expect(summary).to_be_focused()
    summary.press("Enter")
    page.get_by_label("All", exact=True).check()
    expect(menu(page, "server").get_by_label("web", exact=True)).not_to_be_checked()
    page.get_by_role("button", name="Apply").last.click()
    expect(title(page)).to_have_text("All, small")


def test_one_is_chosen_by_a_click_and_a_word_is_typed(visit: Callable[..., Page], bob: Any, board: Dashboard) -> None:
    page = visit(bob, "/t/acme/d/overview/?var-server=web")
    menu(page, "size").locator("summary").click()
    menu(page, "size").get_by_role("button", name="Large").click()
    expect(title(page)).to_have_text("web, Large")
    with page.expect_response(re.compile(r"/panels/newest/\?.*var-word=a%2Bb")):
        page.get_by_label("Word").fill("a+b")
        page.get_by_label("Word").press("Enter")
    expect(page).to_have_url(re.compile(r"var-size=large.*var-word=a%2Bb"))
    page.get_by_title("Time range").click()
    page.get_by_role("link", name="Last hour").click()
    expect(page).to_have_url(re.compile(r"var-size=large.*from=now-1h"))
    expect(page.get_by_label("Word")).to_have_value("a+b")


def test_without_javascript_every_variable_can_be_chosen(visit: Callable[..., Page], bob: Any, board: Dashboard) -> None:
    page = visit(bob, "/t/acme/d/overview/?refresh=0", java_script_enabled=False)
    menu(page, "server").locator("summary").click()
    menu(page, "server").get_by_role("link", name="Choose").click()
    page.get_by_label("worker", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"/d/overview/\?refresh=0&var-server=web&var-server=worker$"))
    expect(menu(page, "server").locator("summary")).to_have_text(re.compile("worker"))


def test_repeated_panels_keep_their_values(visit: Callable[..., Page], bob: Any, board: Dashboard) -> None:
    Placement.objects.filter(panel_slug="newest").update(repeat_variable="server", width=2)
    page = visit(bob, "/t/acme/d/overview/?var-server=web&var-server=worker&refresh=0")
    titles = page.locator("[id^='panel-newest-R'] .panel-title")
    expect(titles).to_have_text(["web, small", "worker, small"])
    expect(page.locator("[id^='panel-newest-R'][data-state='fresh']")).to_have_count(2)
    expect(page.locator(".htmx-added")).to_have_count(0)  # from then on it hears
    with page.expect_response(re.compile(r"/panels/newest/\?.*var-server=worker")) as answered:
        page.keyboard.press("r")
    assert "var-server=web" not in answered.value.url
    expect(titles).to_have_text(["web, small", "worker, small"])


def test_pickers_have_no_violation(visit: Callable[..., Page], bob: Any, board: Dashboard) -> None:
    page = visit(bob, "/t/acme/d/overview/?refresh=0")
    menu(page, "server").locator("summary").click()
    expect(menu(page, "server").get_by_role("searchbox")).to_be_visible()
    assert violations(page) == []


def test_a_menu_that_is_open_stays_open_when_values_come(visit: Callable[..., Page], bob: Any, board: Dashboard) -> None:
    page = visit(bob, "/t/acme/")
    held: list[Any] = []
    page.route("**/values/**", lambda route: held.append(route))
    with page.expect_request("**/values/**"):
        page.goto("/t/acme/d/overview/?refresh=0")
    menu(page, "size").locator("summary").click()
    held[0].continue_()
    expect(menu(page, "server").locator("summary")).to_have_text(re.compile("web"))
    expect(menu(page, "size").get_by_role("button", name="Large")).to_be_visible()
