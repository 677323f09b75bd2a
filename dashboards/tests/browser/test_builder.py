"""The builder in a browser: with the mouse, with the keyboard alone, in conflict, and while the server is away."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from dashboards.models import Dashboard
from dashboards.tests.browser.test_appearance import PHONE, violations

EDIT = "/t/acme/d/overview/edit/"
SAVES = "**/api/v1/dashboards/**"


@pytest.fixture
def editing(visit: Callable[..., Page], ada: Any, overview: Dashboard) -> Callable[..., Page]:
    """Ada's builder of the overview, its first panels drawn."""

    def open_builder(**options: Any) -> Page:
        page = visit(ada, EDIT, **options)
        expect(page.locator("#panel-newest")).to_have_attribute("data-state", "fresh")
        return page

    return open_builder


def cell(page: Page, slug: str) -> Locator:
    return page.locator(f".builder-grid > [data-panel='{slug}']")


def places(page: Page) -> dict[str, tuple[int, ...]]:
    """Row, column, width and height of each panel, as they are drawn."""
    read = "cells => cells.map(cell => [cell.dataset.panel, ...['row', 'col', 'width', 'height'].map(n => +cell.dataset[n])])"
    return {slug: tuple(place) for slug, *place in page.locator(".builder-grid > .cell").evaluate_all(read)}


def stored(slug: str = "overview") -> dict[str, tuple[int, ...]]:
    placements = Dashboard.objects.get(slug=slug).placements.all()
    return {one.panel_slug: (one.row, one.col, one.width, one.height) for one in placements}


def drag(page: Page, thing: Locator, right: float, down: float, *, at: tuple[float, float] = (40, 12)) -> None:
    box = thing.bounding_box()
    assert box is not None
    x, y = box["x"] + at[0], box["y"] + at[1]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2, steps=2)
    page.mouse.move(x + right, y + down, steps=2)
    page.wait_for_timeout(50)  # a frame
    page.mouse.up()


def save(page: Page) -> None:
    with page.expect_response(SAVES) as answered:
        page.get_by_role("button", name="Save", exact=True).click()
    assert answered.value.status == 200
    expect(page.locator("#builder-status")).to_contain_text("All changes are saved")


def test_a_dashboard_is_built_from_nothing_with_the_mouse(visit: Callable[..., Page], ada: Any, overview: Dashboard) -> None:
    page = visit(ada, "/t/acme/")
    page.get_by_role("link", name="New dashboard").click()
    page.get_by_label("Name").fill("Größe")
    page.get_by_role("button", name="Create").click()
    page.wait_for_selector("#builder-empty:not([hidden])")
    for title in ("CPU", "Newest"):
        page.locator(".builder-bar").get_by_role("button", name="Add panel").click()
        page.get_by_role("button", name=title).click()
    unit = page.locator(".builder-grid").bounding_box()
    assert unit is not None
    drag(page, cell(page, "newest"), 0, 6 * 52)
    drag(page, cell(page, "cpu").locator(".builder-corner"), unit["width"] / 2, 52, at=(11, 11))
    expect(page.locator("#chart-cpu .scatterlayer .trace").first).to_be_visible()
    save(page)
    assert stored("grosse") == {"cpu": (0, 0, 12, 7), "newest": (7, 6, 3, 3)}
    assert Dashboard.objects.get(slug="grosse").state == "draft"
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#builder-publish")).to_have_count(0)
    expect(page.locator("#builder-state")).not_to_contain_text("Draft")
    assert Dashboard.objects.get(slug="grosse").state == "published"
    page.get_by_role("link", name="Done").click()
    expect(page.locator("#panel-newest")).to_have_attribute("data-state", "fresh")


def test_a_dashboard_is_built_from_nothing_with_the_keyboard_alone(
    visit: Callable[..., Page], ada: Any, overview: Dashboard
) -> None:
    page = visit(ada, "/t/acme/new/")
    page.get_by_label("Name").focus()
    page.keyboard.type("Keys")
    page.keyboard.press("Enter")
    page.wait_for_selector("#builder-empty:not([hidden])")
    for title in ("Newest", "Health"):
        page.keyboard.press("a")
        page.keyboard.type(title)
        page.keyboard.press("Enter")  # before anything is found
        expect(page.locator(".builder-grid > .cell:focus")).to_contain_text(title)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#announcer")).to_have_text("Health: row 1, column 5, 6 wide, 4 high")
    page.keyboard.press("Enter")
    page.get_by_label("Width (columns)").fill("4")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+s")
    expect(page.locator("#builder-status")).to_contain_text("All changes are saved: version 2")
    assert stored("keys") == {"newest": (0, 0, 3, 3), "health": (0, 4, 4, 4)}


def test_panels_move_out_of_the_way_and_back(editing: Callable[..., Page]) -> None:
    page = editing()
    before = places(page)
    cell(page, "cpu").focus()
    page.keyboard.press("ArrowUp")
    assert places(page) == {
        **before,
        "cpu": (2, 0, 12, 6),
        "newest": (8, 0, 4, 3),
        "health": (8, 4, 8, 3),
        "lines": (11, 0, 12, 9),
    }
    page.keyboard.press("ArrowDown")
    assert places(page) == before
    drag(page, cell(page, "newest"), 0, 3 * 52)
    assert places(page)["newest"] == (3, 0, 4, 3)
    assert places(page)["cpu"] == (6, 0, 12, 6)


def test_ten_steps_are_undone_and_done_again(editing: Callable[..., Page]) -> None:
    page = editing()
    before = places(page)
    cell(page, "lines").focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowLeft")
    cell(page, "newest").focus()
    for key in ("Delete", "Shift+ArrowDown", "Delete"):
        page.keyboard.press(key)
    after = places(page)
    assert set(after) == {"cpu", "lines"}
    expect(cell(page, "cpu")).to_be_focused()
    for _ in range(11):
        page.keyboard.press("Control+z")
    assert places(page) == before
    expect(page.locator("#builder-status")).to_contain_text("All changes are saved")
    for _ in range(11):
        page.keyboard.press("Control+y")
    assert places(page) == after


def test_of_two_editors_the_second_is_told_of_the_first(editing: Callable[..., Page]) -> None:
    first, second = editing(), editing()
    for page, key in ((first, "ArrowDown"), (second, "Shift+ArrowLeft")):
        cell(page, "lines").focus()
        page.keyboard.press(key)
    save(first)
    second.get_by_role("button", name="Save", exact=True).click()
    problem = second.get_by_role("alert").filter(has_text="Not saved.")
    expect(problem).to_contain_text("ada@example.com has changed it on")
    expect(problem).to_contain_text("It is version 2 now.")
    assert stored()["lines"] == (10, 0, 12, 9)
    second.get_by_role("button", name="Save mine over it").click()
    expect(problem).to_be_hidden()
    assert stored()["lines"] == (9, 0, 11, 9)
    cell(first, "lines").focus()
    first.keyboard.press("ArrowDown")
    first.get_by_role("button", name="Save", exact=True).click()
    first.get_by_role("button", name="Reload theirs").click()
    expect(cell(first, "lines")).to_have_attribute("data-width", "11")
    assert places(first) == stored()


def test_a_lost_connection_keeps_the_work_and_trying_again_finishes_it(editing: Callable[..., Page], overview: Dashboard) -> None:
    Dashboard.objects.filter(pk=overview.pk).update(state="draft")
    page = editing()
    cell(page, "lines").focus()
    page.keyboard.press("ArrowDown")
    problem = page.get_by_role("alert").filter(has_text="The server cannot be reached.")
    for pressed, reached in (("Save", False), ("Save", True), ("Publish", False)):
        if reached:
            cell(page, "lines").focus()
            page.keyboard.press("ArrowDown")
        page.route(SAVES, lambda route, reached=reached: (reached and route.fetch(), route.abort()))
        page.get_by_role("button", name=pressed, exact=True).click()
        expect(problem).to_be_visible()
        page.unroute(SAVES)
        page.get_by_role("button", name="Try again").click()
        expect(problem).to_be_hidden()
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_focused()
    expect(page.locator("#builder-publish")).to_have_count(0)
    overview.refresh_from_db()
    assert (overview.version, overview.state) == (4, "published")
    assert stored()["lines"] == (11, 0, 12, 9)


def test_what_is_typed_in_a_dialog_is_not_thrown_away_without_a_question(editing: Callable[..., Page]) -> None:
    page = editing()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Move the focused panel")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit as a document").click()
    expect(page.locator("#builder-yaml .cm-content")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#builder-document")).to_be_hidden()
    assert asked == []
    page.get_by_role("button", name="Settings of the dashboard").click()
    name = page.get_by_label("Name", exact=True)
    name.press_sequentially("!")
    box = name.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(20, box["y"] + 9, steps=2)
    page.mouse.up()  # the text is selected to its beginning, beside the dialog
    assert asked == []
    for _ in range(2):
        page.keyboard.press("Escape")
    page.mouse.click(20, 600)
    page.locator("#builder-settings").get_by_role("button", name="Close").click()
    assert asked == ["confirm"] * 4
    expect(name).to_have_value("Overview!")
    page.get_by_role("button", name="Use these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview!")


def test_leaving_with_unsaved_changes_asks_and_a_reload_loses_nothing(editing: Callable[..., Page]) -> None:
    page = editing()
    cell(page, "lines").focus()
    page.keyboard.press("ArrowDown")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.get_by_text("Your unsaved changes are back.")).to_be_visible()
    assert places(page)["lines"] == (10, 0, 12, 9)
    page.get_by_role("button", name="Throw them away").click()
    expect(cell(page, "lines")).to_have_attribute("data-row", "9")
    expect(page.locator("#builder-status")).to_contain_text("All changes are saved")


def test_saving_is_one_request_with_version_and_token(editing: Callable[..., Page]) -> None:
    page = editing()
    sent: list[Any] = []

    def note(route: Route) -> None:
        sent.append(route.request)
        route.continue_()

    page.route("**/api/**", note)
    cell(page, "lines").focus()
    page.keyboard.press("ArrowDown")
    save(page)
    (request,) = sent
    assert request.method == "PUT"
    assert json.loads(request.post_data)["version"] == 1
    assert request.headers["x-csrftoken"]


def test_the_document_and_the_grid_agree(editing: Callable[..., Page]) -> None:
    page = editing()
    page.get_by_role("button", name="Edit as a document").click()
    text = page.locator("#builder-yaml .cm-content")
    expect(text).to_be_focused()
    expect(text).to_contain_text("- id: newest")
    written = page.locator("#builder-text").input_value()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(written.replace("width: 4", "width: 40"))
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#builder-text-errors")).to_contain_text("panels[0].position.width")
    expect(page.locator("#builder-yaml .cm-lintRange-error")).to_have_text("width")
    assert violations(page) == []
    text.focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(written.replace("width: 4", "width: 3").replace("name: Overview", "name: Seen from above"))
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    page.keyboard.type("  desc")
    expect(page.locator("#builder-yaml .cm-tooltip-autocomplete [aria-selected]")).to_contain_text("description")
    page.wait_for_timeout(100)  # a list that has just opened takes no key: CodeMirror's interactionDelay
    page.keyboard.press("Enter")
    page.keyboard.type("All of it")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Seen from above")
    assert places(page)["newest"] == (0, 0, 3, 3)


def test_settings_rows_new_panels_and_duplicates(editing: Callable[..., Page]) -> None:
    page = editing()
    page.get_by_role("button", name="Settings of the dashboard").click()
    page.get_by_label("Tags, by comma").fill("servers, eu")
    page.get_by_role("button", name="Use these").click()
    page.keyboard.press("a")
    page.get_by_role("button", name="New row").click()
    page.get_by_label("Title").fill("Notes")
    page.get_by_role("button", name="Make and add it").click()
    expect(cell(page, "notes")).to_be_focused()
    page.keyboard.press("a")
    page.get_by_role("button", name="New panel").click()
    page.get_by_label("Type").select_option("kpi")
    page.get_by_label("Title").fill("Seven")
    page.get_by_label("SQL").fill("SELECT 7 AS")
    page.get_by_role("button", name="Make and add it").click()
    expect(page.locator("#builder-new .builder-errors")).to_contain_text("data_source")
    page.get_by_label("SQL").fill("SELECT 7 AS value")
    page.get_by_role("button", name="Make and add it").click()
    expect(page.locator("#panel-seven")).to_contain_text("7")
    page.keyboard.press("Control+d")
    expect(cell(page, "seven-copy")).to_be_focused()
    save(page)
    found = Dashboard.objects.get(slug="overview")
    assert found.tags == ["servers", "eu"]
    assert {"notes": (18, 0, 12, 1), "seven": (19, 0, 3, 3), "seven-copy": (22, 0, 3, 3)}.items() <= stored().items()


def test_the_builder_has_no_violation(editing: Callable[..., Page]) -> None:
    page = editing()
    assert violations(page) == []
    page.get_by_role("button", name="Add panel").first.click()
    expect(page.locator("#builder-found-list button")).to_have_count(4)
    assert violations(page) == []


def test_what_is_built_is_seen_on_a_phone(visit: Callable[..., Page], ada: Any, bob: Any, overview: Dashboard) -> None:
    page = visit(ada, EDIT, **PHONE)
    page.get_by_role("button", name="Place and settings of Newest").click()
    page.get_by_label("Row", exact=True).fill("30")
    page.get_by_role("button", name="Use these").click()
    assert list(places(page))[-1] == "newest"
    save(page)
    seen = visit(bob, "/t/acme/d/overview/", **PHONE)
    assert seen.locator(".cell .panel").last.get_attribute("data-panel") == "newest"
