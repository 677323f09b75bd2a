"""A program signs in with a person's e-mail and password, to get a token: as throttled, and as silent, as the sign-in page."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tenants.models import User
from tenants.tokens.refusing import tell_refused

LONGEST_LOCK_SECONDS = 300  # of ACCOUNT_RATE_LIMITS
PAGE = "Sign in in a browser, and make a token on the page API tokens of your account."
WRONG = (
    f"The e-mail or the password is wrong. An account without a password cannot sign in like this: {PAGE[0].lower()}{PAGE[1:]}"
)
SECOND_FACTOR = f"This account has a second factor, which cannot be asked for here. {PAGE}"
UNVERIFIED = f"The e-mail address of this account has not been confirmed. {PAGE}"


class SignInRefused(Exception):
    """`status` is 401, 403 or 429. The sentence tells who does not know the password nothing of who exists."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def sign_in(request: HttpRequest, *, email: str, password: str) -> User:
    """The user of this password. No session comes of it. Raises SignInRefused."""
    user = _authenticated(request, email.strip(), password)
    if user is None or not user.is_active:
        raise SignInRefused(401, WRONG)
    if is_mfa_enabled(user):
        _refuse(request, user, "there is a second factor", SECOND_FACTOR)
    if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not has_verified_email(user):
        _refuse(request, user, "the e-mail address was never confirmed", UNVERIFIED)
    return user


def _authenticated(request: HttpRequest, email: str, password: str) -> User | None:
    """By the page's own counts of attempts: what was tried there was tried here, and the other way round."""
    try:
        if not ratelimit.consume(request, action="login"):
            raise ValidationError("too many from this address")
        found: User | None = get_adapter(request).authenticate(request, email=email, password=password)
    except ValidationError as error:
        tell_refused("password", "there were too many attempts", email=email, request=request)
        raise SignInRefused(429, "There were too many attempts to sign in. Please try again later.") from error
    return found


def _refuse(request: HttpRequest, user: User, reason: str, sentence: str) -> None:
    tell_refused("password", reason, user=user, email=user.email, request=request)
    raise SignInRefused(403, sentence)
