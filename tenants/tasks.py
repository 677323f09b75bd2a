"""What the worker does for tenants and people."""

from datetime import timedelta

from django.utils import timezone

from tenants.jobs import scheduled
from tenants.models import Session
from tenants.tokens.model import ApiToken

AT_ONCE = 5_000
TOKENS_KEPT_DAYS = 90  # after their end, so that it can be looked up whose they were


@scheduled("10 * * * *")
def forget_expired_sessions() -> None:
    """Deletes sessions that have expired."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).values_list("pk", flat=True)
    while Session.objects.filter(pk__in=list(expired[:AT_ONCE])).delete()[0]:
        pass


@scheduled("50 3 * * *")
def forget_tokens_long_over() -> None:
    """Deletes API tokens that expired or were revoked 90 days ago."""
    ApiToken.objects.over_since(timezone.now() - timedelta(days=TOKENS_KEPT_DAYS)).delete()
