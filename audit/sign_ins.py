"""Signing in and out, second factors and passwords, by the signals of Django and of allauth."""

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as second_factor
from django.contrib.auth import signals
from django.http import HttpRequest

from audit.acting import Acting, acting, acting_in
from audit.models import Action, Outcome
from audit.recording import Thing, Told, record, record_anyway
from tenants.models import User

LONGEST_ADDRESS = 254
NO_ADDRESS = "(no e-mail address)"  # somebody may have typed a password there


def listen() -> None:
    signals.user_logged_in.connect(_signed_in, dispatch_uid="audit")
    signals.user_logged_out.connect(_signed_out, dispatch_uid="audit")
    signals.user_login_failed.connect(_failed, dispatch_uid="audit")
    for signal, what in (
        (account.password_changed, "changed"),
        (account.password_set, "set for the first time"),
        (account.password_reset, "chosen anew by a link"),
    ):
        signal.connect(_password(what), weak=False)
    for signal, what in (
        (second_factor.authenticator_added, "added"),
        (second_factor.authenticator_removed, "removed"),
        (second_factor.authenticator_reset, "made anew"),
    ):
        signal.connect(_factor(what), weak=False)
    second_factor.authentication_failed.connect(_factor_failed, dispatch_uid="audit")


def tried(address: str) -> Thing:
    """Whoever was given as who signs in, nobody that is known."""
    return Thing("tenants.user", "", address[:LONGEST_ADDRESS] if "@" in address else NO_ADDRESS)


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    methods = [one.get("method", "") for one in get_authentication_records(request, user)]
    record(_told(Action.SIGN_IN, request, user, {"methods": methods} if methods else {}))


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record(_told(Action.SIGN_OUT, request, user))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Of what was given, the address alone."""
    thing = tried(str(credentials.get("email") or credentials.get("username") or ""))
    record_anyway(Told(Action.SIGN_IN, Outcome.FAILED, thing, acting=_who(request)))


def _password(what: str) -> Any:
    def told(request: HttpRequest, user: User, **_: Any) -> None:
        record(_told(Action.PASSWORD, request, user, {"what": what}))

    return told


def _factor(what: str) -> Any:
    def told(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
        record(_told(Action.SECOND_FACTOR, request, user, {"what": what, "kind": authenticator.type}))

    return told


def _factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    record_anyway(_told(Action.SECOND_FACTOR, request, user, {"what": "wrong code"}, Outcome.FAILED))


def _told(
    action: Action, request: HttpRequest, user: User, details: dict[str, Any] | None = None, outcome: Outcome = Outcome.DONE
) -> Told:
    return Told(action, outcome, Thing.of(user), details=details or {}, acting=acting_in(request, user))


def _who(request: HttpRequest | None) -> Acting:
    return acting() if request is None else acting_in(request)
