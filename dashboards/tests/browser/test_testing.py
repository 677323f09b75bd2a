"""*Test on all tenants* in a browser: lines come in, can be found, and the run stops; from the query's page as it is written."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.models import Dashboard
from dashboards.testing import running
from dashboards.testing.turns import turns


def test_lines_come_in_and_what_is_wrong_stands_first(
    visit: Callable[..., Page], root: Any, acme: Any, globex: Any, overview: Dashboard
) -> None:
    page = visit(root, "/t/acme/panels/cpu/")
    page.get_by_role("link", name="Test on all tenants").click()
    page.get_by_role("button", name="Test on all 2").click()
    expect(page.get_by_role("heading", name="Runs on 1 of 2 tenants")).to_be_visible()
    lines = page.locator("#found tr")
    expect(lines.first).to_contain_text("Globex")
    expect(lines.first).to_contain_text("metrics")
    page.get_by_label("Outcome").select_option("Runs")
    expect(lines.first).to_be_hidden()
    expect(lines.last).to_contain_text("Acme")
    expect(page.locator("#progress")).to_contain_text("Through")


def test_a_run_is_stopped(
    visit: Callable[..., Page], root: Any, acme: Any, globex: Any, overview: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_over, whole = threading.Event(), running.try_on

    def slow(sources: Any, *others: Any) -> Any:
        if sources.tenant.slug == "globex":
            is_over.wait(10)
        return whole(sources, *others)

    monkeypatch.setattr(running, "try_on", slow)
    page = visit(root, "/t/acme/panels/cpu/test/")
    page.get_by_role("button", name="Test on all 2").click()
    expect(page.locator("#found tr")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#progress")).to_have_text("Stopped.")
    for _ in range(100):
        if not turns.taken:
            break
        page.wait_for_timeout(50)
    is_over.set()
    assert turns.taken == 0


def test_the_querys_page_tests_what_is_written(visit: Callable[..., Page], ada: Any, acme: Any, overview: Dashboard) -> None:
    page = visit(ada, "/t/acme/d/overview/panels/newest/query/")
    page.locator(".cm-content").press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text("SELECT 12 AS value FROM no_such_table")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Test on all tenants").click()
    other = opened.value
    expect(other.get_by_text("It is not saved.")).to_be_visible()
    other.get_by_role("button", name="Test on 1 tenant").click()
    expect(other.locator("#found tr")).to_contain_text("no_such_table")
