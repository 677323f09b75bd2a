"""Sorting, paging and searching a table; its state stands in the address."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboards.tests.browser.actions import scroll_to_table


@pytest.fixture
def table(drawn: Callable[..., Page]) -> Locator:
    return scroll_to_table(drawn())


def first_row(table: Locator) -> Locator:
    return table.locator("tbody tr").first


def test_a_heading_sorts(table: Locator) -> None:
    table.get_by_role("link", name="took").click()
    expect(first_row(table)).to_contain_text("line 60")
    expect(table.page).to_have_url(re.compile("lines.sort=took.*lines.order=desc"))


def test_the_next_page_is_shared_by_its_address(table: Locator) -> None:
    table.get_by_role("link", name="Next").click()
    expect(first_row(table)).to_contain_text("line 26")
    expect(table.page).to_have_url(re.compile("lines.page=2"))
    table.page.reload()
    scroll_to_table(table.page)
    expect(first_row(table)).to_contain_text("line 26")


def test_searching_while_typing_keeps_the_cursor(table: Locator) -> None:
    table.get_by_role("searchbox").press_sequentially("line 4")
    expect(table.locator("tbody tr")).to_have_count(11)
    expect(table.get_by_role("searchbox")).to_be_focused()
    expect(table.page).to_have_url(re.compile("lines.q=line"))


def test_csv_is_offered_as_a_file(table: Locator) -> None:
    table.get_by_label("Menu of Lines").click()
    with table.page.expect_download() as download:
        table.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_a_table_alone_on_its_page_has_pages_too(visit: Callable[..., Page], bob: Any, overview: Any) -> None:
    page = visit(bob, "/t/acme/d/overview/panels/lines/view/")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile("[?&]page=2"))
    expect(page.locator("tbody tr").first).to_contain_text("line 26")
