"""What a JWT of the configured issuer says of its bearer. Which key and algorithm it is checked with, the token has no say in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from tenants.addresses import in_small_letters
from tenants.tokens.jwks import key_set

LONGEST_TOKEN = 8_000
LONGEST_EMAIL = 254
LEEWAY_SECONDS = 30
REQUIRED = ["exp", "iat", "iss", "aud"]


class NotVerified(Exception):
    """This JWT lets nobody in. `reason` is a few words for the record, `email` what it claims where its signature is right."""

    def __init__(self, reason: str, *, email: str = "") -> None:
        super().__init__(reason)
        self.reason, self.email = reason, email


@dataclass(frozen=True, slots=True)
class Claims:
    """`email` in small letters; `expires_at` with the leeway."""

    email: str
    name: str
    expires_at: datetime


def are_accepted() -> bool:
    return bool(settings.JWT_SECRET or settings.JWT_JWKS_URL)


def read_claims(text: str) -> Claims:
    """Check signature, issuer, audience and times; clocks may differ by LEEWAY_SECONDS. Raises NotVerified, KeysAway."""
    if len(text) > LONGEST_TOKEN:
        raise NotVerified("it is too long")
    try:
        said = jwt.decode(
            text,
            **_key(text),
            issuer=settings.JWT_ISSUER,
            audience=settings.JWT_AUDIENCE,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        expires_at = datetime.fromtimestamp(int(said["exp"]) + LEEWAY_SECONDS, tz=UTC)
    except jwt.PyJWTError as error:
        raise NotVerified(_in_words(error)) from error
    except (RecursionError, OverflowError, OSError, ValueError) as error:
        raise NotVerified("it cannot be read") from error
    return Claims(_email(said), _name(said), expires_at)


def _key(text: str) -> dict[str, Any]:
    """What is configured decides: a secret means HS256, an address of keys RS256."""
    if settings.JWT_SECRET:
        return {"key": settings.JWT_SECRET, "algorithms": ["HS256"]}
    key = key_set(settings.JWT_JWKS_URL).find(jwt.get_unverified_header(text).get("kid"))
    if key is None:
        raise NotVerified("its key is not known")
    return {"key": key, "algorithms": ["RS256"]}


def _email(said: dict[str, Any]) -> str:
    """An address is somebody's once the issuer has verified it. Who has the secret is taken at their word."""
    email = said.get("email")
    if not isinstance(email, str) or len(email) > LONGEST_EMAIL:
        raise NotVerified("it names no e-mail address")
    email = in_small_letters(email.strip()) or ""
    try:
        validate_email(email)
    except ValidationError as error:
        raise NotVerified("it names no e-mail address") from error
    if said.get("email_verified", bool(settings.JWT_SECRET)) is not True:
        raise NotVerified("its e-mail address is not verified", email=email)
    return email


def _name(said: dict[str, Any]) -> str:
    name = said.get("name")
    return "".join(filter(str.isprintable, name))[:150] if isinstance(name, str) else ""


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, "it has expired"),
    (jwt.ImmatureSignatureError, "it is not valid yet"),
    (jwt.InvalidAudienceError, "it is for another audience"),
    (jwt.InvalidIssuerError, "it is of another issuer"),
    (jwt.MissingRequiredClaimError, "a claim is missing"),
    (jwt.InvalidAlgorithmError, "its algorithm is not the configured one"),
    (jwt.InvalidSignatureError, "its signature is wrong"),
)


def _in_words(error: jwt.PyJWTError) -> str:
    return next((words for kind, words in _WORDS if isinstance(error, kind)), "it cannot be read")
