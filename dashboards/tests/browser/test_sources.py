"""The pages of data sources, as an admin uses them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.tests.browser.test_appearance import violations
from datasources.tests.kinds.conftest import further_database, make_postgres, wire

__all__ = ["further_database", "make_postgres", "wire"]
LIST = "/t/acme/sources/"


@pytest.fixture
def ann(make_user: Callable[..., Any], acme: Any) -> Any:
    return make_user("ann", admin=acme)


def test_a_database_is_added_seen_and_deleted(visit: Callable[..., Page], ann: Any, wire: Any, further_database: dict) -> None:
    page = visit(ann, LIST)
    page.get_by_text("Add", exact=True).click()
    page.get_by_role("link", name="PostgreSQL").click()
    where = {"Host": "127.0.0.1", "Port": str(wire.port), "Database": further_database["database"]}
    for label, text in {"Name": "Reports", "Id": "reports", **where, "Role": further_database["user"]}.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("TLS").select_option("disable")
    page.get_by_label("Password").fill(further_database["password"])
    page.get_by_role("button", name="Add").click()
    reports = page.get_by_role("listitem").filter(has_text="Reports")
    expect(reports).to_contain_text("Connected")
    expect(reports).to_contain_text("PostgreSQL 1")
    reports.get_by_role("link", name="Edit Reports").click()
    expect(page.get_by_label("Password")).to_have_value("")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“Reports” is deleted.")).to_be_visible()


def test_the_pages_have_no_violation(visit: Callable[..., Page], ann: Any, make_postgres: Any, acme: Any) -> None:
    make_postgres(acme)
    page = visit(ann, LIST)
    expect(page.get_by_role("listitem").filter(has_text="The other")).to_contain_text("not encrypted")
    page.get_by_text("Add", exact=True).click()
    expect(page.get_by_role("link", name="PostgreSQL")).to_be_in_viewport(ratio=1)
    assert violations(page) == []
    for path in (LIST, f"{LIST}other/edit/", f"{LIST}other/delete/"):
        page.goto(path)
        assert violations(page) == []
