"""Mails that nobody waits for: a mail server that is silent, many of them, and what is said where one cannot be sent."""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from conftest import wait_for_mail
from tenants import mail


@pytest.fixture
def silent(settings: Any, db: None) -> Iterator[socket.socket]:
    """A mail server that takes connections and never says a word; closing it resets them."""
    cache.clear()
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = *server.getsockname(), 60
        yield server


def letter(subject: str = "A letter") -> EmailMessage:
    return EmailMessage(subject, "Hello", to=["ada@example.com"])


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_no_page_waits_for_a_mail_server(
    silent: socket.socket, client: Client, ada: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.post("/accounts/password/reset/", {"email": f"{name}@example.com"})
    assert (response.status_code, response["Location"]) == (302, "/accounts/password/reset/done/")
    assert len(mail._unsent) == 1
    silent.close()
    wait_for_mail()
    assert [record.getMessage() for record in caplog.records if record.name == "tenants.mail"] == ["mail not sent"]


def test_a_silent_mail_server_is_given_up(silent: socket.socket, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    mail.post(letter(), template="letter")
    wait_for_mail()
    assert (caplog.records[-1].template, caplog.records[-1].error) == ("letter", "SMTPServerDisconnected")


def test_mails_that_wait_are_not_without_end(silent: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(mail.MOST_UNSENT + 5):
        mail.post(letter(), template="letter")
    assert len(mail._unsent) == mail.MOST_UNSENT
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 5
    silent.close()
    wait_for_mail()


def test_a_bug_in_a_mail_is_logged_as_one(caplog: pytest.LogCaptureFixture) -> None:
    mail.post(letter("one\ntwo"), template="letter")
    mail.post(letter(), template="letter")
    wait_for_mail()
    assert [record.exc_info[0].__name__ for record in caplog.records] == ["BadHeaderError"]
    assert [message.subject for message in django_mail.outbox] == ["A letter"]
