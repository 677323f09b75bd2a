"""Variables and annotations made by fields in the builder, with mistakes at their fields, undone, and saved with the dashboard."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.models import Dashboard
from dashboards.tests.browser.test_appearance import violations
from dashboards.tests.browser.test_builder import EDIT, save


def test_variables_and_annotations_are_made_by_fields(visit: Callable[..., Page], ada: Any, overview: Dashboard) -> None:
    page = visit(ada, EDIT)
    dialog = page.locator("#builder-part")
    page.get_by_role("button", name="Variables").click()
    expect(dialog).to_contain_text("There is no variable yet.")
    dialog.get_by_role("button", name="Query", exact=True).click()
    name = dialog.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    name.fill("1st")
    dialog.get_by_label("SQL", exact=True).fill("SELECT DISTINCT server FROM metrics ORDER BY 1")
    dialog.get_by_role("button", name="Use these").click()
    expect(name).to_be_focused()
    expect(dialog.locator(".field-error:visible")).to_have_count(1)
    name.fill("server")
    dialog.get_by_role("button", name="Show its values").click()
    expect(dialog.locator(".builder-options .chip")).to_have_text(["web", "worker"])
    assert violations(page) == []
    for count in (2, 3):
        dialog.get_by_role("button", name="Text", exact=True).click()
        expect(dialog.locator(".builder-thing")).to_have_count(count)
    dialog.get_by_role("button", name="Down: server").press("Enter")
    expect(name.nth(1)).to_have_value("server")
    expect(dialog.get_by_role("button", name="Down: server")).to_be_focused()
    page.keyboard.press("Enter")
    expect(name.nth(2)).to_have_value("server")
    expect(dialog.get_by_role("button", name="Up: server")).to_be_focused()
    for left in (2, 1):
        dialog.get_by_role("button", name="Remove: variable").first.click()
        expect(dialog.locator(".builder-thing")).to_have_count(left)
    dialog.get_by_role("button", name="Use these").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Annotations").click()
    dialog.get_by_role("button", name="Add annotation").click()
    dialog.get_by_label("SQL", exact=True).fill("SELECT at AS time FROM logs")
    dialog.get_by_label("Name", exact=True).press("Enter")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#announcer")).to_have_text("Undone: annotations changed")
    page.get_by_role("button", name="Redo").click()
    save(page)
    overview.refresh_from_db()
    assert [(one["name"], one["kind"]) for one in overview.variables] == [("server", "query")]
    assert overview.annotations[0]["data_source"]["sql"] == "SELECT at AS time FROM logs"
