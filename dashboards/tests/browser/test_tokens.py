"""The page of one's API tokens, as a person uses it."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from dashboards.tests.browser.test_appearance import PHONE, violations
from tenants.models import ApiToken
from tenants.tokens.secret import read_secret

PAGE = "/accounts/tokens/"


def make(page: Page, name: str) -> str:
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Make a token").click()
    return page.get_by_label("Your new token").locator("input").input_value()


def test_a_token_is_made_copied_and_revoked(visit: Callable[..., Page], ada: Any) -> None:
    page = visit(ada, PAGE, permissions=["clipboard-read", "clipboard-write"])
    secret = make(page, "nightly report")
    assert read_secret(secret) is not None
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("link", name="Revoke nightly report").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("“nightly report” is revoked.")).to_be_visible()
    assert not ApiToken.objects.in_force().exists()


def test_without_a_clipboard_the_text_is_marked(visit: Callable[..., Page], ada: Any) -> None:
    page = visit(ada, PAGE)
    secret = make(page, "nightly report")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#announcer")).to_have_text("Press Ctrl+C")
    assert page.evaluate("getSelection().toString() || document.activeElement.value") == secret


def test_it_works_by_the_keyboard_alone(visit: Callable[..., Page], ada: Any) -> None:
    page = visit(ada, PAGE)
    page.get_by_label("Name").focus()
    page.keyboard.type("nightly report")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your new token").locator("input")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Revoke nightly report")).to_be_focused()


def test_the_page_has_no_violation(visit: Callable[..., Page], ada: Any, acme: Any, token_for: Any) -> None:
    token_for(ada, name="backup", tenant=acme)
    page = visit(ada, PAGE)
    make(page, "nightly report")
    assert violations(page) == []
    page.get_by_role("link", name="Revoke backup").click()
    page.get_by_role("button", name="Revoke").wait_for()
    assert violations(page) == []


def test_the_page_fits_a_phone(visit: Callable[..., Page], ada: Any, acme: Any, token_for: Any) -> None:
    token_for(ada, name="a name without any space in it" + "x" * 60, tenant=acme)
    page = visit(ada, PAGE, **PHONE)
    make(page, "nightly report")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_menu_leads_there(visit: Callable[..., Page], ada: Any) -> None:
    page = visit(ada, "/t/acme/")
    page.get_by_label("Your account").click()
    page.get_by_role("link", name="API tokens").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API tokens")
