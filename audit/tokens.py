"""Those who call by token or JWT: their first time, and when they are not let in. Tokens themselves are watched as rows."""

from typing import Any

from audit.acting import acting
from audit.models import Action, Outcome
from audit.recording import Thing, Told, record, record_anyway
from audit.sign_ins import tried
from tenants.models import ApiToken, User
from tenants.signals import sign_in_refused, token_first_used


def listen() -> None:
    token_first_used.connect(_first_used, dispatch_uid="audit")
    sign_in_refused.connect(_refused, dispatch_uid="audit")


def _first_used(token: ApiToken, **_: Any) -> None:
    """From a thread that has no request: of who acts, the token's user is known."""
    details = {"methods": ["token"], "what": "first use", "user": token.user.email}
    record(Told(Action.SIGN_IN, thing=Thing.of(token), tenant=token.tenant, details=details))


def _refused(way: str, reason: str, user: User | None, token: ApiToken | None, email: str, **_: Any) -> None:
    thing = Thing.of(token) if token is not None else Thing.of(user) if user is not None else tried(email)
    details = {"methods": [way], "reason": reason, **({"user": user.email} if user is not None else {})}
    record_anyway(Told(Action.SIGN_IN, Outcome.FAILED, thing, details=details, acting=acting()))
