"""A second factor: enrolled by whoever knows the password, asked for from then on."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from conftest import PASSWORD
from paneldash.tests.test_sign_in import COOKIE, is_in, sign_in

ACTIVATE = "/accounts/2fa/totp/activate/"
ASK = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _no_attempts_counted(db: None) -> None:
    cache.clear()


def code_of(secret: str, ago: float = 0) -> str:
    """What the person's device showed `ago` seconds ago."""
    return format_hotp_value(hotp_value(secret, int(time.time() - ago) // 30))


def enrol(client: Client) -> str:
    """Go through the pages that a person goes through; the secret is answered."""
    client.post(f"/accounts/reauthenticate/?next={ACTIVATE}", {"password": PASSWORD})
    page = client.get(ACTIVATE)
    secret = page.context["form"].secret
    assert client.post(ACTIVATE, {"code": code_of(secret)}).status_code == 302
    cache.clear()  # a code is good once; the next step comes in the same half minute
    return secret


def test_a_second_factor_is_asked_for_once_enrolled(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    secret = enrol(client)
    browser = Client()
    assert sign_in(browser, "ada@example.com")["Location"] == ASK
    assert not is_in(browser)
    assert browser.post(ASK, {"code": code_of(secret)})["Location"] == "/"
    assert is_in(browser)


@pytest.mark.parametrize(("ago", "good"), [(30, True), (90, False)])
def test_a_code_is_good_for_half_a_minute_more(
    client: Client, ada: Any, monkeypatch: pytest.MonkeyPatch, ago: float, good: bool
) -> None:
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now)  # the next half minute may begin while it is typed
    sign_in(client, "ada@example.com")
    secret = enrol(client)
    browser = Client()
    sign_in(browser, "ada@example.com")
    browser.post(ASK, {"code": code_of(secret, ago)})
    assert is_in(browser) is good


def test_half_a_sign_in_opens_nothing(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    enrol(client)
    browser = Client()
    sign_in(browser, "ada@example.com")
    assert browser.get("/t/acme/").status_code == 302
    assert browser.get("/api/v1/tenants").status_code == 401


def test_the_session_changes_with_the_second_step(client: Client, ada: Any) -> None:
    """Case 30."""
    sign_in(client, "ada@example.com")
    secret = enrol(client)
    browser = Client()
    sign_in(browser, "ada@example.com")
    half = browser.cookies[COOKIE].value
    browser.post(ASK, {"code": code_of(secret)})
    assert browser.cookies[COOKIE].value != half


def test_codes_are_not_to_be_guessed(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    secret = enrol(client)
    browser = Client()
    sign_in(browser, "ada@example.com")
    for number in range(5):
        browser.post(ASK, {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}")
    browser.post(ASK, {"code": code_of(secret)}, REMOTE_ADDR="192.0.2.99")
    assert not is_in(browser)


def test_a_code_works_once(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    secret = enrol(client)
    code = code_of(secret)
    for let_in in (True, False):
        browser = Client()
        sign_in(browser, "ada@example.com")
        browser.post(ASK, {"code": code})
        assert is_in(browser) is let_in


def test_a_recovery_code_works_once(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    enrol(client)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for let_in in (True, False):
        browser = Client()
        sign_in(browser, "ada@example.com")
        browser.post(ASK, {"code": code})
        assert is_in(browser) is let_in


def test_a_session_left_open_does_not_change_how_one_signs_in(client: Client, ada: Any) -> None:
    """Someone who finds the browser of another unlocked is asked for the password first, which opens the page."""
    client.force_login(ada)
    response = client.get(ACTIVATE)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/reauthenticate/")
    client.post(response["Location"], {"password": "wrong"})
    assert client.get(ACTIVATE).status_code == 302
    client.post(response["Location"], {"password": PASSWORD})
    assert client.get(ACTIVATE).status_code == 200


def test_the_secret_is_shown_while_enrolling_and_never_again(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    secret = enrol(client)
    for path in ("/accounts/2fa/", ACTIVATE, "/accounts/2fa/totp/deactivate/"):
        assert secret not in client.get(path).content.decode()


def test_the_picture_to_scan_is_allowed_by_the_pages_own_policy(client: Client, ada: Any) -> None:
    sign_in(client, "ada@example.com")
    client.post(f"/accounts/reauthenticate/?next={ACTIVATE}", {"password": PASSWORD})
    page = client.get(ACTIVATE)
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
