"""Who was not let in, told to those who keep a record. A program that tries again and again is told of once a minute."""

import threading
import time
from collections import OrderedDict
from typing import Literal

from django.http import HttpRequest

from tenants.models import ApiToken, User
from tenants.signals import sign_in_refused

TOLD_EVERY_SECONDS = 60.0
MOST_REMEMBERED = 1_000

Way = Literal["password", "token", "jwt"]

_lock = threading.Lock()
_told: OrderedDict[tuple[str, ...], float] = OrderedDict()


def tell_refused(
    way: Way,
    reason: str,
    *,
    user: User | None = None,
    token: ApiToken | None = None,
    email: str = "",
    request: HttpRequest | None = None,
) -> None:
    if _is_news((way, reason, str(user and user.pk), str(token and token.pk), email)):
        sign_in_refused.send(ApiToken, way=way, reason=reason, user=user, token=token, email=email, request=request)


def forget_refusals() -> None:
    with _lock:
        _told.clear()


def _is_news(what: tuple[str, ...]) -> bool:
    now = time.monotonic()
    with _lock:
        if now - _told.get(what, -TOLD_EVERY_SECONDS) < TOLD_EVERY_SECONDS:
            return False
        _told[what] = now
        _told.move_to_end(what)
        if len(_told) > MOST_REMEMBERED:
            _told.popitem(last=False)
    return True
