"""The pages of audit events in a browser: no violation in any theme or width, and a way through them by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.tests.browser.test_appearance import violations


@pytest.fixture
def changed(acme: Any) -> Any:
    acme.name = "Acme, Sons and a very long name that goes on and on"
    acme.set_password("another password")
    acme.save()
    return acme


def test_the_pages_have_no_violation(visit: Callable[..., Page], root: Any, changed: Any) -> None:
    page = visit(root, "/audit/")
    assert violations(page) == []
    page.get_by_role("row").filter(has_text="Changed").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Before and after")).to_contain_text("(secret, changed)")
    assert violations(page) == []


def test_an_empty_page_has_no_violation(visit: Callable[..., Page], make_user: Any, acme: Any) -> None:
    page = visit(make_user("zoe", admin=acme), "/t/acme/audit/?actor=nobody")
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    assert violations(page) == []


def test_filters_work_by_keyboard(visit: Callable[..., Page], root: Any, changed: Any) -> None:
    page = visit(root, "/audit/")
    page.get_by_label("Object").focus()
    page.keyboard.type("long name")
    page.keyboard.press("Enter")
    rows = page.get_by_role("region", name="Events").locator("tbody tr")
    expect(rows.filter(has_not_text="long name")).to_have_count(0)
    expect(rows.first).to_contain_text("long name")
    expect(page.get_by_label("Object")).to_have_value("long name")
