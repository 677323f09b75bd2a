"""Dashboards found, starred and gone back to, by mouse and by keyboard, and no violation of accessibility on these pages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboards.changing import save_change
from dashboards.models import Annotation, Dashboard
from dashboards.tests.browser.test_appearance import violations

LIST = "/t/acme/dashboards/"
VERSIONS = "/t/acme/d/overview/versions/"
PANEL = "/t/acme/panels/cpu/"
PAGES = (
    *(LIST, "/t/acme/new/", "/t/acme/upload/", "/t/acme/panels/", VERSIONS),
    *(f"/t/acme/d/overview/{page}/" for page in ("clone", "delete", "annotations/new")),
    *(PANEL, *(f"{PANEL}{page}/" for page in ("clone", "delete", "versions", "test", "template"))),
    *("/t/acme/templates/", "/t/acme/templates/training-job/"),
)


@pytest.fixture
def shelves(overview: Dashboard, acme: Any, ada: Any) -> Dashboard:
    """Some more dashboards, and a second version of the overview."""
    for number, folder in enumerate(("Operations", "Operations", "Business")):
        Dashboard.objects.create(
            slug=f"d{number}", name=f"Board {number}", scope="tenant", tenant=acme, folder=folder, tags=["web"]
        )
    return save_change(overview, lambda board: setattr(board, "name", "All of it"), by=ada, through="test", seen=None)


def test_these_pages_have_no_violation(visit: Callable[..., Page], ada: Any, shelves: Any) -> None:
    page = visit(ada, LIST)
    for path in PAGES:
        page.goto(path)
        assert violations(page) == [], path


def test_a_dashboard_is_found_by_keyboard_alone(visit: Callable[..., Page], bob: Any, shelves: Any) -> None:
    page = visit(bob, LIST)
    page.keyboard.press("/")
    page.keyboard.type("operations 1")
    expect(page.locator(".board")).to_have_count(1)
    page.wait_for_url("**q=operations**")
    page.keyboard.press("Escape")
    page.locator(".board-link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Board 1")


def test_a_star_is_pressed_where_it_stands(visit: Callable[..., Page], bob: Any, shelves: Any) -> None:
    page = visit(bob, LIST)
    star = page.get_by_label("Favourite: Board 2")
    star.press("Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    page.reload()
    expect(page.locator(".shelf").first).to_have_text("Favourites")
    expect(page.locator(".board").first).to_contain_text("Board 2")


def test_the_switcher_asks_for_what_it_shows(drawn: Callable[..., Page], shelves: Any) -> None:
    page = drawn()
    page.keyboard.press("/")
    items = page.locator("#dashboard-options .option")
    expect(items).to_have_count(4)
    page.keyboard.type("board 2")
    expect(items).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Board 2")


def test_a_version_is_restored_with_two_presses(visit: Callable[..., Page], ada: Any, shelves: Dashboard) -> None:
    page = visit(ada, VERSIONS)
    expect(page.locator(".differences")).to_contain_text("All of it")
    page.get_by_label("Restore version 1").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("That is version 3.")
    assert Dashboard.objects.get(slug="overview").name == "Overview"


def test_a_kiosk_is_the_panels_alone(drawn: Callable[..., Page]) -> None:
    page = drawn("?kiosk&refresh=2")
    expect(page.locator(".topbar")).to_have_count(0)
    expect(page.locator(".page-head")).to_be_hidden()
    assert violations(page) == []
    with page.expect_response("**/panels/newest/?**"):  # it goes on refreshing
        pass
    page.keyboard.press("]")
    page.wait_for_url("**kiosk=1**")
    page.keyboard.press("Escape")
    expect(page.locator(".topbar")).to_be_visible()
    assert "kiosk" not in page.url
    assert "refresh=2" in page.url


def test_the_whole_screen_is_taken_and_given_back(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(1)
    expect(page.locator(".topbar")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(0)
    expect(page.locator(".topbar")).to_be_visible()


def test_what_is_typed_into_a_form_is_not_left_without_a_question(
    visit: Callable[..., Page], ada: Any, overview: Dashboard
) -> None:
    page = visit(ada, "/t/acme/new/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("Name").fill("Half a na")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/t/acme/")
    assert asked == ["beforeunload"]
    page.goto("/t/acme/d/overview/annotations/new/")
    page.get_by_label("What happened").fill("Disk full")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/d/overview/")
    assert asked == ["beforeunload"]
    assert Annotation.objects.get().text == "Disk full"
