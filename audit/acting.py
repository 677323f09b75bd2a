"""Who acts: the person and the tenant of the request that is being answered, a command, or the program itself."""

import ipaddress
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

from tenants.models import Tenant, User

COMMAND_WORD = re.compile(r"[a-z][a-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class Acting:
    """`actor` is an e-mail address, `command: …`, `job: …` or `system`; empty for somebody who is not signed in."""

    actor: str = ""
    actor_id: int | None = None
    tenant: str = ""
    tenant_id: int | None = None
    request_id: str = ""
    address: str | None = None


request_in_hand: ContextVar[HttpRequest | None] = ContextVar("request_in_hand", default=None)
_named: ContextVar[str] = ContextVar("named", default="")


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """What is recorded in this block was done by `name`, such as `job: nightly check`."""
    token = _named.set(name)
    try:
        yield
    finally:
        _named.reset(token)


def acting() -> Acting:
    """Who acts now. It may be kept for what ends after the request, as a streamed file does."""
    if name := _named.get():
        return Acting(actor=name)
    request = request_in_hand.get()
    return Acting(actor=_command()) if request is None else acting_in(request)


def actor() -> str:
    """The name alone, without all that has to be found out about a request."""
    request = request_in_hand.get()
    if _named.get() or request is None:
        return acting().actor
    person = _known(getattr(request, "user", None))
    return person.email if person is not None else ""


def acting_in(request: HttpRequest, user: User | None = None) -> Acting:
    """Who acts in a request; `user` where the session does not know them yet, or does not any more."""
    person = _known(user or getattr(request, "user", None))
    tenant = getattr(request, "tenant", None)
    return Acting(
        actor=person.email if person is not None else "",
        actor_id=person.pk if person is not None else None,
        tenant=tenant.slug if isinstance(tenant, Tenant) else "",
        tenant_id=tenant.pk if isinstance(tenant, Tenant) else None,
        request_id=getattr(request, "request_id", ""),
        address=address_of(request),
    )


def _known(person: Any) -> User | None:
    """Who is signed in; a request may hold him unread, or nobody."""
    return person if isinstance(person, User) or getattr(person, "is_authenticated", False) else None


def address_of(request: HttpRequest) -> str | None:
    """The address that sign-ins are throttled by. None behind a socket, or where a proxy did not say what it should."""
    try:
        return str(ipaddress.ip_address(get_adapter(request).get_client_ip(request)))
    except (PermissionDenied, ImproperlyConfigured, ValueError):
        return None


def _command() -> str:
    """`command: manage.py tenants add`: the names of the command and its part alone, as arguments may be secret."""
    program, *words = sys.argv
    if Path(program).name != "manage.py":
        return "system"
    plain = [word for word in words if not word.startswith("-")]
    named = [word for word in plain[:2] if COMMAND_WORD.fullmatch(word)]
    return f"command: manage.py {' '.join(named)}".strip()
