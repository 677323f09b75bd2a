"""Tokens for programs: made with a session or with a password, listed and revoked by their owner."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.errors import AuthenticationError, HttpError

from api.access import own_tenant
from api.callers import BearerToken, SignedIn, user_of
from api.description import problems
from api.doors import api
from api.listing import Limit, Offset
from api.schemas.tokens import MadeToken, NewToken, TokenPage
from tenants.models import ApiToken, TokenScope, User
from tenants.tokens.making import TokenRefused, make_token, revoke_token
from tenants.tokens.model import ApiTokenQuerySet
from tenants.tokens.password import LONGEST_LOCK_SECONDS, SignInRefused, sign_in

router = Router(tags=["tokens"])


def session_or_nobody(request: HttpRequest) -> Any:
    """Nobody may come with a password. A token makes no token: that would outlive it."""
    if BearerToken.is_shown(request):
        raise HttpError(403, "A token makes no other tokens. Use a session, or e-mail and password.")
    return SignedIn()(request) or "nobody"


@router.post(
    "/auth/tokens",
    operation_id="create_token",
    openapi_extra={**problems(), "security": [{}, {"SignedIn": []}]},
    auth=session_or_nobody,
    response={201: MadeToken},
)
def create(request: HttpRequest, body: NewToken) -> Any:
    """Make a token, with a session or with e-mail and password."""
    user = _maker(request, body)
    try:
        token, secret = make_token(
            user,
            name=body.name,
            scope=TokenScope(body.scope),
            tenant=own_tenant(user, body.tenant_id),
            days=body.expires_in_days,
            calls_a_minute=body.calls_a_minute,
        )
    except TokenRefused as error:
        raise HttpError(422, str(error)) from error
    return Status(201, {**_told(token), "token": secret})


@router.get("/auth/tokens", operation_id="list_tokens", response=TokenPage, openapi_extra=problems())
def listed(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> Any:
    """The caller's own tokens that are in force, the newest first."""
    found = _own(request)
    return {"items": [_told(token) for token in found[offset : offset + limit]], "count": found.count()}


@router.delete("/auth/tokens/{token_id}", operation_id="revoke_token", response={204: None}, openapi_extra=problems(404))
def revoke(request: HttpRequest, token_id: str) -> Any:
    """Revoke a token of one's own: at once, and within five seconds at the latest, on every worker and host."""
    token = _own(request).filter(public_id=token_id[:20]).first()
    if token is None:
        raise HttpError(404, "You have no such token.")
    revoke_token(token)
    return Status(204, None)


def _maker(request: Any, body: NewToken) -> User:
    if body.email is not None and body.password is not None:
        return sign_in(request, email=body.email, password=body.password)
    if not isinstance(request.auth, User):
        raise AuthenticationError
    return request.auth


def _own(request: HttpRequest) -> ApiTokenQuerySet:
    """The caller's; who calls with a token of one tenant sees those of that tenant alone."""
    user = user_of(request)
    found: ApiTokenQuerySet = ApiToken.objects.in_force().filter(user=user).select_related("tenant")
    return found if user.confined_to is None else found.filter(tenant=user.confined_to)


def _told(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.public_id,
        "name": token.name,
        "scope": token.scope,
        "tenant_id": token.tenant.slug if token.tenant else None,
        "calls_a_minute": token.calls_a_minute,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


@api.exception_handler(SignInRefused)
def sign_in_refused(request: HttpRequest, error: SignInRefused) -> HttpResponse:
    response = api.create_response(request, {"detail": error.sentence}, status=error.status)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="PanelDash"'
    if error.status == 429:
        response["Retry-After"] = str(LONGEST_LOCK_SECONDS)
    return response
