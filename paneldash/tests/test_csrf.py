"""Requests that another site makes in a signed-in person's name: cases 25 to 28."""

import re
from typing import Any

import pytest
from django.test import Client

from paneldash.tests.doors import doors
from tenants.models import ApiToken

LOGOUT = "/accounts/logout/"
REFUSED = {403, 405}  # by the token, or because the door only answers to reading


@pytest.fixture
def strict(root: Any, acme: Any) -> Client:
    """A platform admin's browser, whose server checks tokens."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(root)
    return client


def token_of(client: Client) -> str:
    page = client.get("/t/acme/").content.decode()
    found = re.search(r"\"X-CSRFToken\": \"(\w+)\"", page)
    assert found
    return found[1]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_door_takes_a_request_without_a_token(strict: Client, method: str) -> None:
    answered = {path: getattr(strict, method)(path).status_code for path in doors(tenant="acme")}
    assert len(answered) > 60
    assert {path: status for path, status in answered.items() if status not in REFUSED} == {}


def test_the_token_of_the_page_is_what_htmx_sends(strict: Client) -> None:
    response = strict.post(LOGOUT, headers={"X-CSRFToken": token_of(strict), "HX-Request": "true"})
    assert response.status_code in {200, 302}
    assert strict.get("/t/acme/").status_code == 302


@pytest.mark.parametrize("body", [{}, {"csrfmiddlewaretoken": ""}, {"csrfmiddlewaretoken": "x" * 64}])
def test_a_wrong_token_is_refused(strict: Client, body: dict[str, str]) -> None:
    token_of(strict)
    assert strict.post(LOGOUT, body).status_code == 403


def test_a_token_of_another_session_is_refused(strict: Client, ada: Any) -> None:
    other = Client(enforce_csrf_checks=True)
    other.force_login(ada)
    token_of(strict)
    assert strict.post(LOGOUT, headers={"X-CSRFToken": token_of(other)}).status_code == 403


def test_a_token_in_the_address_is_refused(strict: Client) -> None:
    assert strict.post(f"{LOGOUT}?csrfmiddlewaretoken={token_of(strict)}").status_code == 403


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://testserver.evil.example", "http://testserver:81"])
def test_another_origin_is_refused_with_the_right_token(strict: Client, origin: str) -> None:
    headers = {"X-CSRFToken": token_of(strict), "Origin": origin}
    assert strict.post(LOGOUT, headers=headers).status_code == 403


@pytest.mark.parametrize("referer", [None, "https://evil.example/", "http://testserver/"])
def test_over_https_the_referer_has_to_be_ours(strict: Client, referer: str | None) -> None:
    headers = {"X-CSRFToken": token_of(strict), **({"Referer": referer} if referer else {})}
    assert strict.post(LOGOUT, headers=headers, secure=True).status_code == 403


def test_a_refusal_is_a_page_that_keeps_to_itself(strict: Client) -> None:
    response = strict.post(LOGOUT)
    assert "no-store" in response["Cache-Control"]
    assert b"Traceback" not in response.content


def test_the_programs_door_asks_for_the_token_of_a_session(strict: Client) -> None:
    """Case 27: JSON sent as text/plain needs no permission of the browser, so the cookie alone must not do."""
    response = strict.post("/api/v1/auth/tokens", '{"name": "planted"}', content_type="text/plain")
    assert response.status_code == 403
    assert "X-CSRFToken" in response.json()["detail"]
    assert not ApiToken.objects.exists()


def test_the_programs_door_opens_with_the_token(strict: Client) -> None:
    headers = {"X-CSRFToken": token_of(strict)}
    response = strict.post("/api/v1/auth/tokens", '{"name": "mine"}', content_type="application/json", headers=headers)
    assert response.status_code == 201
