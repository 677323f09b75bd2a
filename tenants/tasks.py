"""What the worker does for tenants and people."""

from django.utils import timezone

from tenants.jobs import scheduled
from tenants.models import Session

AT_ONCE = 5_000


@scheduled("10 * * * *")
def forget_expired_sessions() -> None:
    """Deletes sessions that have expired."""
    expired = Session.objects.filter(expire_date__lt=timezone.now()).values_list("pk", flat=True)
    while Session.objects.filter(pk__in=list(expired[:AT_ONCE])).delete()[0]:
        pass
