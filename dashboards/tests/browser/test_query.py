"""Writing a query: the editor, its completion, its mistakes and what it draws; and the form it is without a script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.models import Dashboard, Panel
from dashboards.tests.browser.test_appearance import violations

URL = "/t/acme/d/overview/panels/cpu/query/?from=now-1h&to=now"
TEXT = "SELECT $__timeGroup(at, '1m') AS time, server, avg(cpu) AS value FROM metrics WHERE $__timeFilter(at) GROUP BY 1, 2"


@pytest.fixture
def cpu(overview: Dashboard) -> Panel:
    panel = Panel.objects.get(slug="cpu")
    panel.document["data_source"] = {"sql": TEXT}
    panel.save()
    return panel


@pytest.fixture
def written(visit: Callable[..., Page], ada: Any, cpu: Panel) -> Callable[..., Page]:
    """The page with the editor ready; what the browser refused by the page's policy fails the test."""

    def open_page(**options: Any) -> Page:
        page = visit(ada, URL, **options)
        page.wait_for_selector(".cm-content")
        return page

    return open_page


def choose(page: Page) -> None:
    """Take what the completion offers: in its first moment the editor takes Enter for a new line."""
    page.wait_for_timeout(120)
    page.keyboard.press("Enter")


def retype(page: Page, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_control_and_enter_runs_the_query_and_draws_the_panel(written: Callable[..., Page]) -> None:
    page = written()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#chart-preview .scatterlayer .trace")
    expect(page.locator(".query-rows tbody tr")).to_have_count(60)
    expect(page.locator("#announcer")).to_contain_text("60 rows in")
    assert refused == []


def test_macros_tables_and_columns_are_completed(written: Callable[..., Page]) -> None:
    page = written()
    retype(page, "SELECT * FROM metr")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("metrics")
    choose(page)
    page.keyboard.type(" WHERE $__tim")
    expect(page.locator("li[aria-selected] .cm-completionLabel")).to_have_text("$__timeFilter")
    choose(page)
    page.keyboard.type("at")
    page.keyboard.press("Escape")
    assert page.locator("#query-text").input_value() == "SELECT * FROM metrics WHERE $__timeFilter(at)"


def test_a_click_on_a_column_writes_it(written: Callable[..., Page]) -> None:
    page = written()
    retype(page, "SELECT ")
    page.locator(".query-list summary", has_text=re.compile(r"^\s*metrics\b")).click()
    page.locator(".query-insert[data-name='cpu']:visible").click()
    assert page.locator("#query-text").input_value() == "SELECT cpu"
    page.get_by_label("Find a table or column").fill("serv")
    tables = page.locator(".query-list summary")
    for name, is_found in (("services", True), ("metrics", True), ("logs", False)):  # metrics for its column
        expect(tables.filter(has_text=re.compile(rf"^\s*{name}\b"))).to_have_count(int(is_found))


def test_a_mistake_is_underlined_and_its_place_a_click_away(written: Callable[..., Page]) -> None:
    page = written()
    retype(page, "SELECT at,\n  nothing FROM metrics")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".cm-lintRange-error")).to_have_text("nothing")
    page.get_by_role("button", name="Line 2, column 3").click()
    page.keyboard.type("no")
    assert "\n  nonothing" in page.locator("#query-text").input_value()


def test_zooming_the_chart_runs_the_query_for_that_range(written: Callable[..., Page]) -> None:
    page = written()
    page.get_by_role("button", name="Run").click()
    page.wait_for_selector("#chart-preview .scatterlayer .trace")
    with page.expect_response("**/query/run/**") as ran:
        page.evaluate("document.getElementById('range').elements.from.value = 'now-10m'")
        page.evaluate("document.getElementById('range').elements.from.form.requestSubmit()")
    assert ran.value.status == 200
    expect(page.locator("#toolbar")).to_have_attribute("data-from", "now-10m")


def test_the_text_is_laid_out_and_saved(written: Callable[..., Page], cpu: Panel) -> None:
    page = written()
    retype(page, "select now() as time, 1 as value")
    page.get_by_role("button", name="Format").click()
    expect(page.locator(".cm-line")).to_have_text(["SELECT now() AS time, 1 AS value"])
    page.keyboard.press("Control+s")
    expect(page.locator(".message")).to_have_text("Saved as version 2 of CPU.")
    cpu.refresh_from_db()
    assert cpu.document["data_source"]["sql"] == "SELECT now() AS time, 1 AS value"


def test_a_text_that_is_not_saved_is_not_left_without_a_question(written: Callable[..., Page]) -> None:
    page = written()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Overview", exact=True).first.click()
    page.wait_for_url("**/d/overview/**")
    assert asked == []
    page.go_back()
    page.wait_for_selector(".cm-content")
    retype(page, "SELECT 1")
    page.get_by_role("link", name="Overview", exact=True).first.click()
    page.wait_for_url("**/d/overview/**")
    assert asked == ["beforeunload"]


def test_what_was_overtaken_is_not_left_without_a_question_either(written: Callable[..., Page], cpu: Panel) -> None:
    page = written()
    Panel.objects.filter(pk=cpu.pk).update(version=2)
    retype(page, "SELECT now() AS time, 1 AS value")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".query-overtaken")).to_contain_text("Not saved.")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator(".cm-content").click()
    page.get_by_role("link", name="Overview", exact=True).first.click()
    page.wait_for_selector("#board")
    assert asked == ["beforeunload"]


def test_letters_typed_into_the_editor_are_no_shortcuts(written: Callable[..., Page]) -> None:
    page = written()
    retype(page, "d?")
    assert page.locator("#query-text").input_value() == "d?"
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_tab_leaves_the_editor(written: Callable[..., Page]) -> None:
    page = written()
    page.locator(".cm-content").click()
    page.keyboard.press("Tab")
    expect(page.get_by_label("From")).to_be_focused()


def test_the_page_has_no_violation_of_accessibility(written: Callable[..., Page]) -> None:
    page = written()
    page.get_by_role("button", name="Run").click()
    page.wait_for_selector("#chart-preview .scatterlayer .trace")
    assert violations(page) == []


def test_without_a_script_it_is_a_form(visit: Callable[..., Page], ada: Any, cpu: Panel) -> None:
    page = visit(ada, URL, java_script_enabled=False)
    page.get_by_label("SQL").fill("SELECT now() AS time, 7 AS value")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".query-rows tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message")).to_have_text("Saved as version 2 of CPU.")


def test_a_viewers_page_loads_no_byte_of_the_editor(visit: Callable[..., Page], bob: Any, cpu: Panel) -> None:
    page = visit(bob, "/t/acme/")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/t/acme/d/overview/")
    page.wait_for_selector("#chart-cpu .scatterlayer .trace")
    assert [url for url in loaded if "codemirror" in url or "/query" in url] == []
