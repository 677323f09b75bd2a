"""The panel editor in a browser: from the builder and back, with mistakes, a conflict, and work that is not lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from dashboards.models import Dashboard, Panel
from dashboards.tests.browser.test_appearance import violations

URL = "/t/acme/d/overview/panels/newest/edit/"
DRAWN = "#editor-drawn #panel-preview"


@pytest.fixture
def editing(visit: Callable[..., Page], ada: Any, overview: Dashboard) -> Callable[..., Page]:
    """Ada's editor of a KPI, drawn."""

    def open_editor(path: str = URL, **options: Any) -> Page:
        page = visit(ada, path, **options)
        expect(page.locator(DRAWN)).to_be_visible()
        return page

    return open_editor


def status(page: Page) -> Any:
    return page.locator("#editor-status")


def stored() -> Any:
    return Panel.objects.get(slug="newest").document


def test_a_panel_is_edited_with_the_keyboard_from_the_builder_and_back(
    visit: Callable[..., Page], ada: Any, overview: Dashboard
) -> None:
    page = visit(ada, "/t/acme/d/overview/edit/")
    expect(page.locator("#panel-newest")).to_have_attribute("data-state", "fresh")
    page.locator(".builder-grid > [data-panel='newest']").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("e")
    expect(page.locator(DRAWN)).to_contain_text("85.7")
    page.get_by_role("button", name="Add threshold").press("Enter")
    expect(page.locator("[id='doc.display.thresholds[1].value']")).to_be_focused()
    page.keyboard.type("90")
    page.keyboard.press("Tab")
    page.keyboard.type("reddish")
    expect(page.locator("[data-error='display.thresholds[1].color']")).to_contain_text("must be a colour")
    expect(status(page)).to_have_text("Not valid yet: 1 mistake")
    page.keyboard.press("Control+a")
    page.keyboard.type("critical")
    expect(status(page)).to_have_text("Not saved yet")
    page.keyboard.press("Control+s")
    expect(status(page)).to_have_text("Saved as version 2 of Newest.")
    assert stored()["display"]["thresholds"][1] == {"value": 90.0, "color": "critical"}
    page.get_by_role("link", name="Done").press("Enter")
    expect(page.locator("#builder-status")).to_have_attribute("data-state", "unsaved")
    expect(page.locator("#builder-problem")).to_contain_text("Your unsaved changes are back.")


def test_what_is_not_saved_is_asked_about_offered_again_and_overwrites_nobody(editing: Callable[..., Page]) -> None:
    page = editing()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Unit").first.fill("bytes")
    expect(page.locator(DRAWN)).to_contain_text("B")
    page.reload()
    assert asked == ["beforeunload"]
    Panel.objects.filter(slug="newest").update(version=2, changed_by="cleo@example.com")
    page.get_by_role("button", name="Take them back").click()
    expect(page.get_by_role("button", name="Form")).to_be_focused()
    expect(page.get_by_label("Unit").first).to_have_value("bytes")
    page.route(f"**{URL}", lambda route: route.abort())
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#editor-problem")).to_contain_text("The server cannot be reached. Your work is kept")
    page.unroute(f"**{URL}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".query-overtaken[role=alert]")).to_contain_text("cleo@example.com has changed it")
    page.get_by_role("button", name="Save mine over it").click()
    expect(status(page)).to_contain_text("Saved as version 3")
    assert stored()["display"]["unit"] == "bytes"


def test_the_editor_has_no_violation(editing: Callable[..., Page]) -> None:
    page = editing("/t/acme/d/overview/panels/cpu/edit/")
    page.evaluate("document.querySelectorAll('.editor-section').forEach((section) => (section.open = true))")
    assert violations(page) == []


def test_who_writes_already_when_the_editor_comes_goes_on_writing(editing: Callable[..., Page]) -> None:
    page = editing()
    held: list[Route] = []
    page.route(re.compile(r"/js/editor/yaml/editor[^/]*\.js"), lambda route: held.append(route))
    page.get_by_role("button", name="Document").press("Enter")
    page.locator("#editor-text").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# mi")
    for route in held:
        route.continue_()
    expect(page.locator("#editor-yaml .cm-content")).to_be_visible()
    page.keyboard.type("ne")
    expect(page.locator("#editor-yaml .cm-line").first).to_contain_text("# mine")


def test_the_document_is_written_with_help_from_its_schema_and_the_form_follows(editing: Callable[..., Page]) -> None:
    page = editing()
    page.get_by_role("button", name="Document").press("Enter")
    page.locator("#editor-yaml .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("x")  # over all of it: what the browser makes of that by itself, the page's policy refuses
    expect(page.locator("#editor-yaml .cm-line")).to_have_text("x")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+End")
    page.keyboard.type("  refr")
    expect(page.locator("#editor-yaml .cm-tooltip-autocomplete [aria-selected]")).to_contain_text("refresh_interval")
    page.wait_for_timeout(100)  # a list that has just opened takes no key: CodeMirror's interactionDelay
    page.keyboard.press("Enter")
    page.keyboard.type("soon\nnonsense: 1")
    expect(page.locator(".editor-homeless")).to_contain_text("refresh_interval must be a valid integer")
    expect(page.locator("#editor-yaml .cm-lintRange-error")).to_have_text(["refresh_interval", "nonsense"])
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+Home")
    page.keyboard.type("refresh_interval: 30")
    expect(status(page)).to_have_text("Not saved yet")
    page.locator("#editor-yaml").get_by_text("refresh_interval").hover()
    expect(page.locator("#editor-yaml .editor-help")).to_contain_text("at most 86400")
    page.get_by_role("button", name="Form").press("Enter")
    expect(page.get_by_label("Refresh, in seconds")).to_have_value("30")
    page.keyboard.press("Control+s")
    expect(status(page)).to_contain_text("Saved as version 2")
    assert stored()["refresh_interval"] == 30
