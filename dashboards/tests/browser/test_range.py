"""The time range stands in the address, whichever way it was chosen."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dashboards.tests.browser.actions import zoom


def test_a_quick_range_asks_every_panel_anew(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.get_by_title("Time range").click()
    with page.expect_response(re.compile(r"/panels/newest/\?.*from=now-1h")):
        page.get_by_role("link", name="Last hour").click()
    expect(page).to_have_url(re.compile("from=now-1h"))
    expect(page.locator(".range-label")).to_have_text("Last hour")


def test_the_focus_stays_in_the_toolbar_when_a_range_is_chosen(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.get_by_title("Time range").click()
    page.get_by_role("link", name="Last hour").press("Enter")
    expect(page.locator(".range-label")).to_have_text("Last hour")
    expect(page.get_by_title("Time range")).to_be_focused()
    page.get_by_label("Step back").press("Enter")
    expect(page.locator(".range-label")).not_to_have_text("Last hour")
    expect(page.get_by_label("Step back")).to_be_focused()


def test_zooming_a_chart_sets_the_range_of_the_page(drawn: Callable[..., Page]) -> None:
    page = drawn()
    with page.expect_response(re.compile(r"/panels/newest/\?.*from=20")):
        zoom(page)
    expect(page).to_have_url(re.compile(r"from=20\d\d-"))


def test_a_zoomed_chart_shows_what_was_chosen_whatever_the_browsers_zone(drawn: Callable[..., Page]) -> None:
    page = drawn(timezone_id="Asia/Tokyo")
    toolbar = page.locator("#toolbar")
    before = toolbar.get_attribute("data-from") or ""
    zoom(page)
    expect(toolbar).not_to_have_attribute("data-from", before)
    asked = toolbar.get_attribute("data-from") or ""
    start = "document.getElementById('chart-cpu').layout.xaxis.range[0].slice(0, 16).replace('T', ' ')"
    page.wait_for_function(f"asked => {start} === asked", arg=asked[:16].replace("T", " "))


def test_a_double_click_goes_back_to_where_zooming_began(drawn: Callable[..., Page]) -> None:
    page = drawn("?from=now-3h&to=now")
    zoom(page)
    expect(page).to_have_url(re.compile(r"from=20\d\d-"))
    page.locator("#chart-cpu .nsewdrag").dblclick()
    expect(page).to_have_url(re.compile("from=now-3h"))


def test_the_chart_is_the_same_node_after_a_refresh(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.locator("#chart-cpu").evaluate("node => { node.dataset.mine = 'yes' }")
    with page.expect_response(re.compile("/panels/cpu/")):
        page.keyboard.press("r")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#chart-cpu")).to_have_attribute("data-mine", "yes")


def test_a_range_that_cannot_be_read_says_so(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.get_by_title("Time range").click()
    page.get_by_label("From", exact=True).fill("nonsense")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#toolbar .field-error")).to_be_visible()
    expect(page.locator("#panel-newest .state-title")).to_contain_text("is not a time")


def test_the_back_button_brings_the_range_back(drawn: Callable[..., Page]) -> None:
    page = drawn("?from=now-3h&to=now")
    page.get_by_title("Time range").click()
    page.get_by_role("link", name="Last hour").click()
    expect(page).to_have_url(re.compile("from=now-1h"))
    page.go_back()
    expect(page.locator("#toolbar")).to_have_attribute("data-from", "now-3h")


def test_a_click_on_a_point_shows_the_rows_behind_it(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.locator("#chart-cpu .nsewdrag").click(position={"x": 300, "y": 60})
    expect(page.get_by_role("dialog")).to_contain_text("server")
