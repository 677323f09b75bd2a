"""Around every call of a program: its operation finds out who calls, and its answer says what it depends on."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from api.conditional import conditional

API = "/api/"


class CallsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(API):
            return response
        if hasattr(request, "auth"):
            response = conditional(request, response)
        if (spent := getattr(request, "spent", None)) is not None:
            spent.write_on(response)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    def process_view(self, request: Any, view: Callable[..., HttpResponseBase], _args: object, _named: object) -> None:
        """An operation finds out itself who calls: of what is known that costs no query, of a bearer no session is read."""
        if request.path.startswith(API) and not getattr(view, "login_required", True):
            request._cached_user = AnonymousUser()
