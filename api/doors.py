"""The JSON API's description, which tenants its callers reach, and how its errors look."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, Throttled
from ninja.renderers import BaseRenderer

from api.callers import BearerToken, InvalidToken, ReadsOnly, SignedIn, user_of
from api.description import ABOUT, TAGS, Described
from api.limits import DATA, sentence_of
from api.wrong_tokens import TooManyWrong
from dashboards.panels.base import BadRequest
from dashboards.unavailable import PanelUnavailable
from dashboards.viewer import Viewer
from tenants.models import Role, Tenant
from tenants.tokens.jwks import PAUSE_SECONDS, KeysAway

NO_ACCESS = "You have no access to this tenant."
CHALLENGE = 'Bearer realm="PanelDash"'  # RFC 6750, section 3


class StrictJson(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data)


api = Described(
    title="PanelDash",
    version="1",
    renderer=StrictJson(),
    auth=[BearerToken(), SignedIn()],
    throttle=DATA,
    docs_url="docs",
    description=ABOUT,
    openapi_extra={"tags": [{"name": name, "description": about} for name, about in TAGS.items()]},
    urls_namespace="api",
)


def tenant_of(request: Any, tenant_id: str) -> tuple[Tenant, Role]:
    """The tenant and the caller's role. 403 where there is no access, whether it exists or not."""
    seen = request.standing_in(tenant_id)
    if seen is None:  # revoked or signed out since the call began
        raise AuthenticationError
    if seen.tenant is not None and seen.role is not None:
        request.role = seen.role  # for what an error may tell
        return seen.tenant, seen.role
    if user_of(request).is_platform_admin:
        raise HttpError(404, "There is no such tenant.")
    raise HttpError(403, NO_ACCESS)


def viewer_in(request: Any, tenant_id: str) -> Viewer:
    """The caller as who looks into a tenant. 403 as above."""
    tenant, role = tenant_of(request, tenant_id)
    return Viewer.named(user_of(request), tenant, role)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    if not isinstance(error, InvalidToken):
        return _challenged(_answer(request, 401, "Please sign in."))
    answer = _answer(request, 401, "This token is not valid: it is unknown, has expired or was revoked.")
    return _challenged(answer, 'error="invalid_token"')


@api.exception_handler(KeysAway)
def not_checkable(request: HttpRequest, error: KeysAway) -> HttpResponse:
    answer = _answer(request, 503, "The keys that tokens are checked with cannot be fetched right now.", reference=True)
    answer["Retry-After"] = str(round(PAUSE_SECONDS))
    return answer


@api.exception_handler(ReadsOnly)
def reads_only(request: HttpRequest, error: ReadsOnly) -> HttpResponse:
    return _challenged(_answer(request, 403, str(error)), 'error="insufficient_scope"', 'scope="write"')


@api.exception_handler(TooManyWrong)
def too_many_guesses(request: HttpRequest, error: TooManyWrong) -> HttpResponse:
    answer = _answer(request, 429, str(error))
    answer["Retry-After"] = str(error.retry_after_seconds)
    return answer


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    return _answer(request, 429, sentence_of(request))


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(request, error.status_code, str(error))


@api.exception_handler(BadRequest)
def bad_parameter(request: HttpRequest, error: BadRequest) -> HttpResponse:
    return _answer(request, 422, str(error))


@api.exception_handler(PanelUnavailable)
def not_available(request: HttpRequest, error: PanelUnavailable) -> HttpResponse:
    sentence = error.told_to(getattr(request, "role", None) or Role.VIEWER)
    response = _answer(request, error.status, sentence, reference=True)
    if error.retry_after_seconds is not None:
        response["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
    return response


def _challenged(answer: HttpResponse, *why: str) -> HttpResponse:
    answer["WWW-Authenticate"] = ", ".join((CHALLENGE, *why))
    return answer


def _answer(request: HttpRequest, status: int, sentence: str, *, reference: bool = False) -> HttpResponse:
    """CONTRACT.md: every error is a sentence; one of the server's has the reference that stands in the log too."""
    body = {"detail": sentence}
    if reference:
        body["request_id"] = getattr(request, "request_id", "")
    return api.create_response(request, body, status=status)
