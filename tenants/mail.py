"""Mails to people: where their links lead, and how they are sent while nobody waits."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.mail import EmailMessage

SENT_AT_ONCE = 2
MOST_UNSENT = 100

log = logging.getLogger(__name__)

_threads = ThreadPoolExecutor(SENT_AT_ONCE, thread_name_prefix="mail")  # which are started by the first mail, after any fork
_unsent: set[Future[int]] = set()


def post(message: EmailMessage, *, template: str) -> None:
    """Send a mail without waiting for the mail server. What fails is logged; a process that ends sends what it still has."""
    if len(_unsent) >= MOST_UNSENT:
        log.error("mail not sent", extra={"template": template, "error": "too many are waiting for the mail server"})
        return
    context = copy_context()  # with the request's id, for the log
    sending = _threads.submit(context.run, message.send)
    _unsent.add(sending)
    sending.add_done_callback(lambda sent: context.run(_note, sent, template))


def on_site(context: dict[str, Any]) -> dict[str, Any]:
    """A mail's context with its links on SITE_URL. Without that they name the host that was asked, one of ALLOWED_HOSTS."""
    if not settings.SITE_URL:
        return context
    host = urlsplit(settings.SITE_URL).netloc
    links = {name: _moved(link) for name, link in context.items() if name.endswith("_url")}
    return {**context, **links, "current_site": SimpleNamespace(name=host, domain=host)}


def _moved(link: str) -> str:
    return settings.SITE_URL + urlunsplit(("", "", *urlsplit(link)[2:]))


def _note(sent: Future[int], template: str) -> None:
    error = sent.exception()
    if error is not None:
        is_bug = not isinstance(error, SMTPException | OSError)
        log.error(
            "mail not sent", exc_info=error if is_bug else None, extra={"template": template, "error": type(error).__name__}
        )
    _unsent.discard(sent)
