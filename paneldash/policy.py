"""The Content-Security-Policy of every answer."""

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

OWN = {f"_csp_{what}{mode}" for what in ("exempt", "config", "update", "replace") for mode in ("", "_ro")}


class PolicyMiddleware(CSPMiddleware):
    """django-csp's, which puts two policies together for each answer: a twentieth of a known panel's time.

    The settings' own is put together once. An answer that has something of its own to say, or a nonce, is left to it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.DEBUG or "_csp_nonce" in vars(request) or not OWN.isdisjoint(vars(response)):
            return super().process_response(request, response)
        response.setdefault(HEADER, _settings_policy())
        request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response


@lru_cache(maxsize=1)
def _settings_policy() -> str:
    return build_policy()
