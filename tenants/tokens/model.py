"""What a program shows instead of a person's session. Who reads the table can use none of them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from tenants.known import KnownQuerySet

DEFAULT_DAYS = 90
MOST_DAYS = 365
MOST_CALLS = 100_000


class TokenScope(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Read and write"


class ApiTokenQuerySet(KnownQuerySet["ApiToken"]):
    def in_force(self) -> "ApiTokenQuerySet":
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()), revoked_at__isnull=True)

    def over_since(self, moment: datetime) -> "ApiTokenQuerySet":
        """Those that nobody has been able to use since then."""
        return self.filter(Q(expires_at__lte=moment) | Q(revoked_at__lte=moment))


class ApiToken(models.Model):
    """A token of a user: for all of the user's tenants or for one, to read or to write as well.

    The secret itself is nowhere: `digest` is its SHA-256, `public_id` the part of it that lists may show.
    """

    public_id = models.CharField("id", max_length=10, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    # With the tenant the token goes: without one it would be good for all of them.
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, null=True, blank=True, related_name="tokens")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=5, choices=TokenScope.choices, default=TokenScope.READ)
    calls_a_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Besides its user's limit. Empty: as many as that."
    )
    created_at = models.DateTimeField("created", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("expires", null=True, blank=True)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)
    last_used_at = models.DateTimeField("last use", null=True, editable=False)

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "API token"
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=TokenScope.values), name="token_scope_is_known"),
            models.CheckConstraint(
                condition=Q(calls_a_minute__isnull=True) | Q(calls_a_minute__range=(1, MOST_CALLS)), name="token_may_call"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")), name="token_expires_after_it_was_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (pd_{self.public_id}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()
