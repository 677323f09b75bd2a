"""A forgotten password: what a stranger learns from asking, and what a link is good for."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from conftest import PASSWORD, wait_for_mail
from paneldash.tests.test_sign_in import is_in, sign_in
from tenants.models import User

RESET = "/accounts/password/reset/"
NEW = "an entirely new password"


@pytest.fixture(autouse=True)
def _no_attempts_counted(db: None) -> None:
    cache.clear()


def link_for(client: Client, email: str, **headers: str) -> str:
    client.post(RESET, {"email": email}, headers=headers)
    wait_for_mail()
    found = re.search(r"https?://\S+", mail.outbox[-1].body)
    assert found
    return found[0]


def choose(client: Client, link: str, password: str = NEW) -> Any:
    """Open the link and give a password, as a browser does: the key moves from the address into the session."""
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    return client.post(page.request["PATH_INFO"], {"password1": password, "password2": password})


def test_a_link_is_sent_and_changes_the_password(client: Client, ada: Any) -> None:
    link = link_for(client, "Ada@example.com")
    assert mail.outbox[0].to == ["ada@example.com"]
    choose(client, link)
    assert User.objects.get().check_password(NEW)


def test_asking_says_nothing_of_who_exists(client: Client, ada: Any, make_user: Any) -> None:
    """Case 36: an account, none, an inactive one, and one that signs in elsewhere."""
    gone = make_user("gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    elsewhere = make_user("elsewhere")
    elsewhere.set_unusable_password()
    elsewhere.save()
    answers = []
    for name in ("ada", "nobody", "gone", "elsewhere"):
        response = client.post(RESET, {"email": f"{name}@example.com"}, follow=True)
        answers.append((response.redirect_chain, re.sub(rb"[0-9A-Za-z]{64}|[0-9a-f]{32}", b"", response.content)))
    assert all(answer == answers[0] for answer in answers)


def test_an_inactive_person_gets_no_link(client: Client, ada: Any) -> None:
    User.objects.update(is_active=False)
    client.post(RESET, {"email": "ada@example.com"})
    wait_for_mail()
    assert not any("/password/reset/key/" in message.body for message in mail.outbox)


def test_a_server_that_cannot_send_mail_says_the_same(client: Client, ada: Any, settings: Any) -> None:
    """Case 36: an error for people who exist would name them."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    known, unknown = (client.post(RESET, {"email": f"{name}@example.com"}) for name in ("ada", "nobody"))
    assert (known.status_code, known.get("Location")) == (unknown.status_code, unknown.get("Location")) == (302, f"{RESET}done/")


def test_an_operator_is_told_that_no_mail_goes_out(client: Client, root: Any, ada: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(root)
    chosen = {"action": "send_link", "_selected_action": [ada.pk]}
    response = client.post("/admin/tenants/user/", chosen, follow=True)
    assert "mail server does not take it" in response.content.decode()


def test_a_link_works_once(client: Client, ada: Any) -> None:
    """Case 37."""
    link = link_for(client, "ada@example.com")
    choose(client, link)
    choose(Client(), link, "yet another password")
    assert User.objects.get().check_password(NEW)


def test_a_link_dies_with_a_new_address(client: Client, ada: Any) -> None:
    link = link_for(client, "ada@example.com")
    User.objects.update(email="ada@elsewhere.example")
    choose(client, link)
    assert User.objects.get().check_password(PASSWORD)


def test_a_link_is_old_after_an_hour(client: Client, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    link = link_for(client, "ada@example.com")
    later = timezone.now().replace(tzinfo=None) + timedelta(minutes=61)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: later)
    choose(client, link)
    assert User.objects.get().check_password(PASSWORD)


def test_a_link_of_one_person_is_none_for_another(client: Client, ada: Any, eve: Any) -> None:
    key = link_for(client, "ada@example.com")
    other = link_for(client, "eve@example.com")
    choose(client, other.rsplit("-", 2)[0].rsplit("/", 1)[0] + "/" + _swapped(key, other))
    assert all(user.check_password(PASSWORD) for user in User.objects.all())


def test_a_forged_host_gets_no_link_sent(client: Client, ada: Any) -> None:
    response = client.post(RESET, {"email": "ada@example.com"}, headers={"Host": "evil.example"})
    assert response.status_code == 400
    wait_for_mail()
    assert mail.outbox == []


@pytest.mark.parametrize("host", ["testserver", "other.example", "other.example:81"])
def test_mails_lead_to_the_site_whatever_host_was_asked(client: Client, ada: Any, settings: Any, host: str) -> None:
    """A wildcard in ALLOWED_HOSTS, or a second name in it, gives nobody a link that leads there."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://panels.example.com", ["*"]
    for name in ("ada", "nobody"):
        assert link_for(client, f"{name}@example.com", Host=host).startswith("https://panels.example.com/accounts/")
    assert not any(host in f"{message.subject} {message.body}" for message in mail.outbox)


def test_a_link_on_the_site_works(client: Client, ada: Any, settings: Any) -> None:
    settings.SITE_URL = "https://panels.example.com"
    link = link_for(client, "ada@example.com").removeprefix("https://panels.example.com")
    choose(client, link)
    assert User.objects.get().check_password(NEW)


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Server", "Origin", "Referer"])
def test_a_link_names_the_host_that_was_asked(client: Client, ada: Any, header: str) -> None:
    assert link_for(client, "ada@example.com", **{header: "http://evil.example"}).startswith("http://testserver/accounts/")


def test_a_new_password_ends_the_sessions_there_are(client: Client, ada: Any) -> None:
    thief = Client()
    sign_in(thief, "ada@example.com")
    choose(client, link_for(client, "ada@example.com"))
    assert not is_in(thief)


@pytest.mark.parametrize("password", ["short", "12345678901234", "1qaz2wsx3edc", "ada@example.com"])
def test_a_weak_password_is_refused(client: Client, ada: Any, password: str) -> None:
    response = choose(client, link_for(client, "ada@example.com"), password)
    assert response.status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_letters_to_one_person_are_few(client: Client, ada: Any) -> None:
    for number in range(8):
        client.post(RESET, {"email": "ada@example.com"}, REMOTE_ADDR=f"192.0.2.{number}")
    wait_for_mail()
    assert len(mail.outbox) <= 5


def test_a_subject_holds_no_line_break_from_a_name(client: Client, ada: Any) -> None:
    """Case 67."""
    User.objects.update(name="Ada\r\nBcc: evil@evil.example")
    client.post(RESET, {"email": "ada@example.com"})
    wait_for_mail()
    assert mail.outbox[0].recipients() == ["ada@example.com"]
    assert "\n" not in mail.outbox[0].subject


def _swapped(key: str, other: str) -> str:
    """The person of one link with the key of another."""
    person = re.search(r"/key/([0-9a-z]+)-", other)
    secret = re.search(r"/key/[0-9a-z]+-(.+)$", key)
    assert person
    assert secret
    return f"{person[1]}-{secret[1]}"
