"""How often a user may call: counted in the shared store, so exactly, whatever worker or host answers.

A user's calls count together, whichever tokens and sessions they come with: more tokens are no more calls. A token may have
a limit of its own besides. A minute begins with its first call, by the store's clock.
"""

import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.throttling import BaseThrottle
from prometheus_client import Counter

from datasources.store import Counted, StoreDown, store
from tenants.models import User

WINDOW_SECONDS = 60
TOKEN = "token"  # noqa: S105 - the name of a limit

REFUSED = Counter("paneldash_api_refused", "API calls refused because there were too many", ["limit"])
UNCOUNTED = Counter("paneldash_api_uncounted", "API calls let through uncounted, while the shared store could not be asked")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a call has left of a limit, which is named as in /metrics."""

    limit: str
    most: int
    counted: Counted

    @property
    def left(self) -> int:
        return max(0, self.most - self.counted.total)

    @property
    def is_over(self) -> bool:
        return self.counted.total > self.most

    @property
    def reset_seconds(self) -> int:
        return max(1, math.ceil(self.counted.seconds_left))

    def write_on(self, response: HttpResponseBase) -> None:
        """The fields of draft-ietf-httpapi-ratelimit-headers-06, which clients know best, and Retry-After."""
        response["RateLimit-Limit"] = str(self.most)
        response["RateLimit-Remaining"] = str(self.left)
        response["RateLimit-Reset"] = str(self.reset_seconds)
        response["RateLimit-Policy"] = f"{self.most};w={WINDOW_SECONDS}"
        if self.is_over:
            response["Retry-After"] = str(self.reset_seconds)


class Limit(BaseThrottle):
    """So many calls a minute as the setting says; 0: as many as come. Without a store nobody is held up.

    What a token's own limit refuses does not count for its user: one program that runs wild leaves the others theirs.
    """

    def __init__(self, name: str, setting: str) -> None:
        self.name, self.setting = name, setting

    def allow_request(self, request: Any) -> bool:
        if not isinstance(request.user, User):  # nobody yet: signing in is throttled by itself
            return True
        try:
            request.spent = self._count(request)
        except StoreDown:
            UNCOUNTED.inc()
            return True
        if request.spent is None or not request.spent.is_over:
            return True
        REFUSED.labels(request.spent.limit).inc()
        return False

    def _count(self, request: Any) -> Spent | None:
        """The tighter of the limits there are."""
        token = request.bearer.token if hasattr(request, "bearer") else None
        of_token = None
        if token is not None and token.calls_a_minute is not None:
            of_token = count(TOKEN, token.pk, token.calls_a_minute)
            if of_token.is_over:
                return of_token
        most = getattr(settings, self.setting)
        of_user = count(self.name, request.user.pk, most) if most else None
        counted = [spent for spent in (of_token, of_user) if spent is not None]
        return min(counted, key=lambda spent: (not spent.is_over, spent.left), default=None)


def count(limit: str, whose: object, most: int) -> Spent:
    """One call more, of `most` a minute. Raises StoreDown."""
    return Spent(limit, most, store().count(f"calls:{limit}:{whose}", WINDOW_SECONDS))


DATA = Limit("data", "API_RATE_DATA")
DEAR = Limit("dear", "API_RATE_DEAR")  # for an operation's `throttle`: exports, plans, connection tests


def sentence_of(request: HttpRequest) -> str:
    spent: Spent = request.spent  # type: ignore[attr-defined]
    which = " with this token" if spent.limit == TOKEN else ""
    return f"Too many calls{which}: {spent.most} a minute are allowed. Please wait {spent.reset_seconds} s."
