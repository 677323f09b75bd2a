"""Puts the request in hand for whoever records an event, and writes what is to be kept whatever became of the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from audit.acting import request_in_hand
from audit.recording import write_deferred
from audit.refusals import record_refusal


class AuditMiddleware:
    """Stands outside of whatever refuses: 403 and a stranger's 404 are recorded here, by the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = request_in_hand.set(request)
        try:
            response = self.get_response(request)
            record_refusal(request, response)
            write_deferred(request)
        finally:
            request_in_hand.reset(token)
        return response
