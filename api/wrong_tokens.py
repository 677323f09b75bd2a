"""Calls with tokens that are nobody's: so many a minute from one address, counted exactly over workers and hosts.

Beyond that a token has to be among those in force to be looked at, which costs no query: who guesses, or goes on calling
with a token that was revoked, holds up neither the central database nor others at the same address.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict

from django.conf import settings
from django.http import HttpRequest

from api.limits import REFUSED, UNCOUNTED, Spent, count
from audit.acting import address_of
from datasources.store import StoreDown
from tenants.forks import begin_empty
from tenants.tokens.bearer import may_be_somebodys

WRONG = "wrong"
MOST_ADDRESSES = 10_000
NETWORK_BITS = 64  # of IPv6, as one customer has at the least: RFC 6177


class TooManyWrong(Exception):
    """From this address too many calls came with tokens that are nobody's."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Too many calls from this address had a token that is not valid. Please wait {retry_after_seconds} s.")
        self.retry_after_seconds = retry_after_seconds


class _Full:
    """Addresses that have had their calls, and until when: what this process has heard of the shared count."""

    def __init__(self) -> None:
        begin_empty(self.forget)

    def forget(self) -> None:
        self._lock = threading.Lock()
        self._until: OrderedDict[str, float] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._until)

    def note(self, network: str, seconds: float) -> None:
        with self._lock:
            self._until[network] = time.monotonic() + seconds
            self._until.move_to_end(network)
            if len(self._until) > MOST_ADDRESSES:
                self._until.popitem(last=False)

    def seconds_left(self, network: str) -> float:
        with self._lock:
            left = self._until.get(network, 0.0) - time.monotonic()
            if left <= 0:
                self._until.pop(network, None)
            return max(0.0, left)


full = _Full()


def refuse_a_guess(request: HttpRequest, text: str) -> None:
    """Raise TooManyWrong where the address has had its calls and the token is nobody's. Costs nothing while no address has."""
    if full and (left := full.seconds_left(network_of(request))) and not may_be_somebodys(text):
        _refuse(left)


def count_wrong(request: HttpRequest) -> None:
    """One more that was nobody's. Raises TooManyWrong where it is one too many."""
    most, network = settings.API_RATE_WRONG, network_of(request)
    if not most:
        return
    try:
        spent: Spent = count(WRONG, network, most)
    except StoreDown:
        UNCOUNTED.inc()
        return
    if not spent.left:
        full.note(network, spent.counted.seconds_left)
    if spent.is_over:
        _refuse(spent.counted.seconds_left)


def network_of(request: HttpRequest) -> str:
    """The caller's address; of IPv6 its network, in which one caller has as many as they like. One for all that are not known."""
    known = address_of(request)
    if known is None:
        return "unknown"
    address = ipaddress.ip_address(known)
    if isinstance(address, ipaddress.IPv4Address):
        return known
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), NETWORK_BITS), strict=False))


def _refuse(seconds_left: float) -> None:
    REFUSED.labels(WRONG).inc()
    raise TooManyWrong(max(1, math.ceil(seconds_left)))
