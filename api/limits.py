"""How often a user may call: counted in the shared store, so exactly, whatever worker or host answers.

A user's calls count together, whichever tokens and sessions they come with: more tokens are no more calls. A minute begins
with its first call, by the store's clock.
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

REFUSED = Counter("paneldash_api_refused", "API calls refused because there were too many", ["limit"])
UNCOUNTED = Counter("paneldash_api_uncounted", "API calls let through uncounted, while the shared store could not be asked")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a call has left of its limit."""

    most: int
    counted: Counted

    @property
    def is_over(self) -> bool:
        return self.counted.total > self.most

    @property
    def reset_seconds(self) -> int:
        return max(1, math.ceil(self.counted.seconds_left))

    def write_on(self, response: HttpResponseBase) -> None:
        """The fields of draft-ietf-httpapi-ratelimit-headers-06, which clients know best, and Retry-After."""
        response["RateLimit-Limit"] = str(self.most)
        response["RateLimit-Remaining"] = str(max(0, self.most - self.counted.total))
        response["RateLimit-Reset"] = str(self.reset_seconds)
        response["RateLimit-Policy"] = f"{self.most};w={WINDOW_SECONDS}"
        if self.is_over:
            response["Retry-After"] = str(self.reset_seconds)


class Limit(BaseThrottle):
    """So many calls a minute as the setting says; 0: as many as come. Without a store nobody is held up."""

    def __init__(self, name: str, setting: str) -> None:
        self.name, self.setting = name, setting

    def allow_request(self, request: Any) -> bool:
        most, user = getattr(settings, self.setting), request.user
        if not most or not isinstance(user, User):  # nobody yet: signing in is throttled by itself
            return True
        try:
            counted = store().count(f"calls:{self.name}:{user.pk}", WINDOW_SECONDS)
        except StoreDown:
            UNCOUNTED.inc()
            return True
        request.spent = Spent(most, counted)
        if request.spent.is_over:
            REFUSED.labels(self.name).inc()
        return not request.spent.is_over


DATA = Limit("data", "API_RATE_DATA")
DEAR = Limit("dear", "API_RATE_DEAR")  # for an operation's `throttle`: exports, plans, connection tests


def sentence_of(request: HttpRequest) -> str:
    spent: Spent = request.spent  # type: ignore[attr-defined]
    return f"Too many calls: {spent.most} a minute are allowed. Please wait {spent.reset_seconds} s."
