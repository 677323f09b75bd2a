"""The admin's page Load in a browser: searched while typing, new figures without a click."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from datasources.load import load


def test_load_is_searched_while_typing_and_refreshes_itself(
    visit: Callable[..., Page], root: Any, acme: Any, globex: Any
) -> None:
    for tenant in (acme, globex):
        load.worked(tenant.pk, 1_000)
    page = visit(root, "/admin/load/")
    rows = page.get_by_role("region", name="Tenants").locator("tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Tenants", exact=True).fill("glob")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Globex")
    load.away(globex.pk, "busy")
    expect(rows.first).to_contain_text("busy 1", timeout=20_000)
    expect(page.get_by_label("Tenants", exact=True)).to_have_value("glob")
