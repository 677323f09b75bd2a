"""Doors that were tried and stayed shut, told by the answer: so that no door has to remember to say so."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from audit.acting import Acting, acting_in
from audit.figures import LOST
from audit.models import Action, Outcome
from audit.plain import cut
from audit.recording import Thing, Told, has_deferred, record_anyway
from audit.waiting import queue
from tenants.access import TenantRequest
from tenants.seldom import Seldom

LONGEST_SLUG = 64
LONGEST_PATH = 300
# A dashboard that was left open polls on when its viewer is no member any more.
EVERY_SECONDS = 60.0
seldom = Seldom(every_seconds=EVERY_SECONDS)
MOST_A_MINUTE = 60  # different doors that one person, or one address, is recorded for
tries = Seldom(every_seconds=EVERY_SECONDS)
TOKEN = "token"  # noqa: S105


def record_refusal(request: HttpRequest, response: HttpResponseBase) -> None:
    """Record a 403, a stranger's 404 of a tenant and a bearer token that was not let in; each at most once a minute."""
    reason = _reason(request, response)
    if not reason:
        return
    who = acting_in(request)
    slug = _tenant_tried(request)
    person = who.actor or who.address
    if not seldom.is_due((person, slug, reason, _door(request))):
        return
    if not any(tries.is_due((person, number)) for number in range(MOST_A_MINUTE)):
        LOST.labels("too many refusals").inc()
        return
    told = _told(request, response, reason, who, slug)
    if reason == TOKEN:  # anybody can call with one: it must cost the central database nothing before the answer
        queue.put(told, key=repr((TOKEN, person, _door(request))), seconds=EVERY_SECONDS)
    else:
        record_anyway(told)


def _reason(request: HttpRequest, response: HttpResponseBase) -> str:
    """Why it was refused; empty where it was not. Who is signed in is asked last: it may cost a query."""
    if response.status_code == 404 and _is_strangers(request) and _is_signed_in(request):
        return "not a member"
    if response.status_code == 403:
        return "not allowed" if _is_signed_in(request) else "not signed in"
    if response.status_code == 401 and "Authorization" in request.headers and not has_deferred(request):
        return TOKEN  # nobody's, else it was told as that
    return ""


def _is_signed_in(request: HttpRequest) -> bool:
    return bool(getattr(getattr(request, "user", None), "is_authenticated", False))


def _is_strangers(request: HttpRequest) -> bool:
    """The URL names a tenant, and the middleware of tenants has not let anybody in."""
    match = request.resolver_match
    return match is not None and "tenant" in match.kwargs and not hasattr(request, "tenant")


def _told(request: HttpRequest, response: HttpResponseBase, reason: str, who: Acting, slug: str) -> Told:
    details = {
        "reason": reason,
        "method": request.method,
        "path": cut(request.path, LONGEST_PATH),
        "status": response.status_code,
    }
    thing = Thing("tenants.tenant", "", slug) if slug else Thing()
    return Told(Action.ACCESS, Outcome.REFUSED, thing, details=details, acting=who)


def _tenant_tried(request: HttpRequest | TenantRequest) -> str:
    match = request.resolver_match
    named: Any = match.kwargs.get("tenant") if match is not None else None
    return str(named or request.GET.get("tenant_id", ""))[:LONGEST_SLUG]


def _door(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match is not None else ""
