"""What a view of panels may raise, answered: a bad parameter with 422, a source that is away with its own status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from dashboards.panels.base import BadRequest
from dashboards.unavailable import PanelUnavailable
from dashboards.views import bad_request, not_available


class PanelErrorsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, BadRequest):
            return bad_request(request, error)
        if isinstance(error, PanelUnavailable):
            return not_available(request, error)
        return None
