"""Who was not let in, told to those who keep a record. A program that tries again and again is told of once a minute."""

from typing import Literal

from django.http import HttpRequest

from tenants.models import ApiToken, User
from tenants.seldom import Seldom
from tenants.signals import sign_in_refused

Way = Literal["password", "token", "jwt"]

told = Seldom(every_seconds=60.0, most=1_000)


def tell_refused(
    way: Way,
    reason: str,
    *,
    user: User | None = None,
    token: ApiToken | None = None,
    email: str = "",
    request: HttpRequest | None = None,
) -> None:
    if told.is_due((way, reason, str(user and user.pk), str(token and token.pk), email)):
        sign_in_refused.send(ApiToken, way=way, reason=reason, user=user, token=token, email=email, request=request)
