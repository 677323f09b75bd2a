"""What every request and answer gets: an id to find it in the log by, and headers that keep private pages private."""

import logging
import re
import uuid
from collections.abc import Callable
from time import perf_counter

import structlog
from django.core.signals import request_finished
from django.db import DataError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from paneldash.problems import API, bad_request, wrong_method

PROBES = {"/live", "/ready", "/health", "/api/v1/health", "/metrics", "/metrics/health"}
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNUSED_FEATURES: tuple[str, ...] = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer")
UNUSED_FEATURES += ("microphone", "midi", "payment", "serial", "usb")
KNOWN_BY = {"tenant": "tenant", "tenant_id": "tenant", "dashboard": "dashboard", "panel": "panel", "panel_id": "panel"}
LONGEST_NAME = 64
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES)

Handler = Callable[[HttpRequest], HttpResponseBase]
answered = logging.getLogger("paneldash.request")


class RequestIdMiddleware:
    """`request.request_id`: the X-Request-ID that came where it is sane, else a new one. Answer and log have it.

    Every line of the log that is written for the request has its tenant, dashboard and panel too; the last one how it ended.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        started = perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        _log_answer(request, response, ms=1_000 * (perf_counter() - started))
        return response

    def process_view(self, request: HttpRequest, _view: object, _args: list, named: dict[str, object]) -> None:
        asked = {**request.GET.dict(), **named} if request.path.startswith(API) else named
        known = {name: str(asked[given])[:LONGEST_NAME] for given, name in KNOWN_BY.items() if given in asked}
        structlog.contextvars.bind_contextvars(**known)


@receiver(request_finished)
def forget_whose_request(**_: object) -> None:
    """What the server itself logs of the next one, which may not even be HTTP, is nobody's yet."""
    structlog.contextvars.clear_contextvars()


def _log_answer(request: HttpRequest, response: HttpResponseBase, *, ms: float) -> None:
    """`ms` until the first byte; the user by number, where somebody found out who it is. Probes and files: for DEBUG alone.

    The view's name in place of the address: in that, a secret may stand, such as the one of a mail's link.
    """
    match = request.resolver_match
    level = logging.DEBUG if match is None or request.path in PROBES else logging.INFO
    if not answered.isEnabledFor(level):
        return
    facts = {"method": request.method, "status": response.status_code, "ms": round(ms, 1)}
    user = getattr(getattr(request, "_cached_user", None), "pk", None)
    if user is not None:
        facts["user"] = user
    answered.log(level, "request", extra={**facts, "view": match.view_name if match else "none"})


class ProbesMiddleware:
    """Balancers and kubelets ask by address: a probe tells nothing that depends on the host, so any is let in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in PROBES:
            request.get_host = lambda: "probe"  # type: ignore[method-assign]
            request.COOKIES = {}  # nobody's session is looked up, which the central database might not answer
        return self.get_response(request)


class HeadMiddleware:
    """HEAD gets what GET would, without the body. A file is not made for it, and so not counted as one that left the house.

    gunicorn would have it made whole, drop it, and complain in the log.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse):
                response.content = b""
        return response


class PrivateAnswersMiddleware:
    """No cache keeps an answer unless its view says so: almost all of them depend on who asks."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie"])
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class WrongMethodMiddleware:
    """Where programs ask, a wrong method is answered as every other error is; the frameworks' own answers are no JSON."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and request.path.startswith(API):
            return wrong_method(request, response["Allow"])
        return response


class UnstorableTextMiddleware:
    """A NUL character, which PostgreSQL has no place for, makes a bad request wherever it comes through; not a bug."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, DataError) and "NUL" in str(error):
            return bad_request(request, error)
        return None
