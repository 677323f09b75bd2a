"""Signing in, and what one sees first."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from conftest import PASSWORD
from dashboards.models import Dashboard


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_the_dashboards(visit: Callable[..., Page], bob: Any, overview: Dashboard) -> None:
    page = visit(None, "/")
    sign_in(page, "bob@example.com", PASSWORD)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_a_wrong_password_is_said_on_the_form(visit: Callable[..., Page], bob: Any) -> None:
    page = visit(None, "/")
    sign_in(page, "bob@example.com", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("not correct")


def test_signing_out_ends_the_session(visit: Callable[..., Page], bob: Any, overview: Dashboard) -> None:
    page = visit(bob, "/t/acme/")
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/t/acme/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_session_that_ends_leads_to_the_sign_in_page(drawn: Callable[..., Page]) -> None:
    page = drawn()
    page.context.clear_cookies()
    page.keyboard.press("r")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
