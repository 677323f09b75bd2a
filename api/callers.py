"""Who calls: a program by its bearer token, or a browser by its session. A bearer is judged alone, whatever else came along."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from ninja.errors import AuthenticationError, HttpError
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf
from structlog.contextvars import bind_contextvars

from api.wrong_tokens import count_wrong, refuse_a_guess
from tenants.access import let_in, visit
from tenants.models import User
from tenants.tokens.bearer import find_bearer

READING = {"GET", "HEAD", "OPTIONS"}


class InvalidToken(AuthenticationError):
    """There is a bearer, and it is nobody's."""


class ReadsOnly(HttpError):
    """What the caller wants to do is more than its token is for."""

    def __init__(self) -> None:
        super().__init__(403, "This token is for reading only.")


class BearerToken(HttpBearer):
    """`Authorization: Bearer pd_…`, from the page *API tokens* or from `POST /api/v1/auth/tokens`."""

    def __call__(self, request: HttpRequest) -> User | None:
        text = request.headers.get("Authorization", "")[len("bearer ") :]
        return self.authenticate(request, text.strip()) if self.is_shown(request) else None

    @staticmethod
    def is_shown(request: HttpRequest) -> bool:
        return request.headers.get("Authorization", "").lower().startswith("bearer ")

    def authenticate(self, request: Any, token: str) -> User:
        refuse_a_guess(request, token)
        seen = find_bearer(token, asked_tenant(request))
        if seen is None:
            count_wrong(request)
            raise InvalidToken
        request.user = seen.user
        bind_contextvars(user=seen.user.pk)  # for the log
        request.bearer, request.standing_in = seen, partial(find_bearer, token)
        if request.method not in READING and not seen.writes:
            raise ReadsOnly
        return seen.user


class SignedIn(SessionAuth):
    """A session of an active user. Unsafe methods carry the CSRF token too."""

    def __call__(self, request: HttpRequest) -> User | None:
        key = request.COOKIES.get(self.param_name)
        return self.authenticate(request, key) if key else None

    def authenticate(self, request: Any, key: str | None) -> User | None:
        seen = visit(key, asked_tenant(request))
        if seen is None:
            return None
        if check_csrf(request):
            raise HttpError(403, "A change that comes with a session needs the X-CSRFToken header of a page of that session.")
        let_in(request, seen)
        request.standing_in = partial(visit, key)
        return seen.user


def asked_tenant(request: HttpRequest) -> str:
    """The tenant that the call will be about, as far as its address says: so one query tells of both."""
    named = request.resolver_match.kwargs if request.resolver_match else {}
    return str(named.get("tenant_id") or request.GET.get("tenant_id", ""))


def user_of(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
