"""What a view of panels may raise, answered: a bad parameter with 422, a source that is away with its own status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from dashboards.panels.base import BadRequest
from dashboards.unavailable import PanelUnavailable
from tenants.models import Role


class PanelErrorsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, BadRequest):
            return _bad_request(request, error)
        if isinstance(error, PanelUnavailable):
            return _not_available(request, error)
        return None


def _not_available(request: HttpRequest, error: PanelUnavailable) -> HttpResponse:
    """A file or a dialog that cannot be had now: its status, and a sentence."""
    role = getattr(request, "role", None) or Role.VIEWER
    context = {"sentence": error.told_to(role), "reference": getattr(request, "request_id", "")}
    answer = render(request, "dashboards/not_available.html", context, status=error.status)
    if error.retry_after_seconds is not None:
        answer["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return answer


def _bad_request(request: HttpRequest, error: BadRequest) -> HttpResponse:
    context = {"sentence": str(error), "reference": ""}
    return render(request, "dashboards/not_available.html", context, status=422)
