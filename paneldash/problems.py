"""Answers for what went wrong: a page for people, `{"detail", "request_id"}` for programs."""

import sys

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

API = "/api/"
RETRY_AFTER_SECONDS = 5
READ_ONLY = "25006"  # the central database is failing over: it reads, and does not write yet
SENTENCES = {
    400: "This request cannot be understood.",
    403: "You may not do this.",
    404: "There is nothing here.",
    500: "Something went wrong on our side.",
    503: "PanelDash cannot reach its own database right now. Please try again in a moment.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug, or the central database being away, which is nobody's bug and passes."""
    if not is_outage(sys.exc_info()[1]):
        return _answer(request, 500)
    answer = _answer(request, 503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """For programs; `allowed` is an Allow header."""
    allowed = ", ".join(sorted(allowed.split(", ")))
    detail = {"detail": f"This address answers to {allowed} only.", "request_id": getattr(request, "request_id", "")}
    return JsonResponse(detail, status=405, headers={"Allow": allowed})


def is_outage(error: BaseException | None) -> bool:
    """Tenants' databases speak through tenants.errors, so a driver's error up here is the central one's."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", None) == READ_ONLY


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    request_id = getattr(request, "request_id", "")
    if request.path.startswith(API):
        return JsonResponse({"detail": SENTENCES[status], "request_id": request_id}, status=status)
    # Without the request: its context would ask the session, and thereby the database, who is looking.
    page = loader.render_to_string(f"{status}.html", {"request_id": request_id})
    return HttpResponse(page, status=status)
