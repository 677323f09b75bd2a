"""Mails to people: where their links lead."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings


def on_site(context: dict[str, Any]) -> dict[str, Any]:
    """A mail's context with its links on SITE_URL. Without that they name the host that was asked, one of ALLOWED_HOSTS."""
    if not settings.SITE_URL:
        return context
    host = urlsplit(settings.SITE_URL).netloc
    links = {name: _moved(link) for name, link in context.items() if name.endswith("_url")}
    return {**context, **links, "current_site": SimpleNamespace(name=host, domain=host)}


def _moved(link: str) -> str:
    return settings.SITE_URL + urlunsplit(("", "", *urlsplit(link)[2:]))
