"""Who came in, who did not, and who left."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from audit.models import Event
from conftest import PASSWORD
from paneldash.tests.test_second_factor import ASK, code_of, enrol
from paneldash.tests.test_sign_in import sign_in
from tenants.models import User

Told = Callable[..., list[Event]]


@pytest.fixture(autouse=True)
def _no_attempts_counted(db: None) -> None:
    cache.clear()


def test_a_sign_in_is_told_with_its_way(client: Client, ada: User, told: Told) -> None:
    sign_in(client, "ada@example.com")
    [event] = told("sign_in")
    assert (event.actor, event.outcome, event.object) == ("ada@example.com", "done", "ada@example.com")
    assert event.details == {"methods": ["password"]}
    assert event.address == "127.0.0.1"
    assert event.request_id


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_one_that_failed_is_told_with_the_address_that_was_tried(client: Client, ada: User, told: Told, email: str) -> None:
    sign_in(client, email, "CANARY-wrong")
    [event] = told("sign_in")
    assert (event.actor, event.outcome, event.object) == ("", "failed", email)
    assert "CANARY" not in str(Event.objects.values())


def test_a_very_long_or_broken_address_is_kept_cut(told: Told) -> None:
    from django.contrib.auth.signals import user_login_failed

    user_login_failed.send("test", credentials={"email": "\x00\ud800@" + "x" * 10_000})
    user_login_failed.send("test", credentials={"username": "a password typed in the wrong field"})
    long, none = told("sign_in")
    assert len(long.object) == 254
    assert none.object == "(no e-mail address)"


def test_a_sign_out_is_told(client: Client, ada: User, told: Told) -> None:
    sign_in(client, "ada@example.com")
    client.post("/accounts/logout/")
    [event] = told("sign_out")
    assert event.actor == "ada@example.com"


def test_a_second_factor_is_told_and_a_wrong_code(
    client: Client, ada: User, told: Told, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client, "ada@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        secret = enrol(client)
    other = Client()
    sign_in(other, "ada@example.com")
    other.post(ASK, {"code": "000000"})
    assert [event.actor for event in told("sign_in")] == ["ada@example.com"]
    whats = [(event.details["what"], event.outcome) for event in told("second_factor")]
    assert ("added", "done") in whats
    assert whats[-1] == ("wrong code", "failed")
    said = " ".join(str(value) for event in Event.objects.values() for value in event.values())
    assert secret not in said
    assert code_of(secret) not in said


def test_an_address_behind_a_trusted_proxy_is_the_readers(client: Client, ada: User, told: Told, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sign_in(client, "ada@example.com", headers={"X-Forwarded-For": "198.51.100.7"})
    assert told("sign_in")[0].address == "198.51.100.7"


def test_a_password_chosen_by_a_command_is_told(ada: User, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "changepassword", "--database=default", PASSWORD])
    ada.set_password("something quite different")
    ada.save()
    [event] = told("change")
    assert event.actor == "command: manage.py changepassword"
    assert event.after == {"password": "(secret, changed)"}
