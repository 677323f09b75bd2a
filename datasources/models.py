"""From where: the data sources there are besides each tenant's own database."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from datasources.base import OWN
from tenants.known import KnownQuerySet
from tenants.models import Tenant
from tenants.validators import SLUG

DECIDING_FIELDS = ("kind", "settings", "secrets_token", "timeout_ms")
SAID_FIELDS = (*DECIDING_FIELDS, "name", "is_enabled", "is_default", "is_open")


class DataSource(models.Model):
    """A connection that panels name by its slug: a tenant's own, or without a tenant shared by all.

    `settings` are valid for the model of their kind. Of the shared ones, `is_open` says whether what tenants write
    themselves may ask it too. `version` counts all changes, so that nobody overwrites one unseen; `answers_version` those
    that may change its answers, so that no result of before is taken for one of now.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="data_sources")
    kind = models.CharField(max_length=40)
    slug = models.CharField("id", max_length=63, validators=[SLUG], help_text="What panels name it by; it stays as it is.")
    name = models.CharField(max_length=200)
    settings = models.JSONField(default=dict)
    secrets_token = models.TextField(editable=False, blank=True, default="")
    timeout_ms = models.PositiveIntegerField(
        "time-out (ms)", null=True, blank=True, help_text="Empty: the installation's PANEL_TIMEOUT_MS.",
        validators=[MinValueValidator(100), MaxValueValidator(30_000)],
    )  # fmt: skip
    is_enabled = models.BooleanField("enabled", default=True)
    is_default = models.BooleanField("default of its kind", default=False)
    is_open = models.BooleanField("open to tenants' own panels", default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    answers_version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = KnownQuerySet["DataSource"].as_manager()
    _stored: dict[str, str] | None = None

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="data_source_slug_a_tenant"),
            models.UniqueConstraint(fields=["slug"], condition=Q(tenant=None), name="data_source_slug_shared"),
            models.UniqueConstraint(
                fields=["tenant", "kind"], condition=Q(is_default=True), name="data_source_default_a_tenant_and_kind"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(tenant=None, is_default=True), name="data_source_default_shared"
            ),
            models.CheckConstraint(condition=~Q(slug=OWN), name="data_source_is_not_the_tenants_own"),
            models.CheckConstraint(condition=Q(tenant=None) | Q(is_open=False), name="data_source_open_is_of_shared_ones"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        """The versions are counted by the database: two who save at the same moment get two."""
        counted = self._counted()
        for name in counted:
            setattr(self, name, F(name) + 1)
        if counted and options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], *counted}
        super().save(*args, **options)
        if counted:
            self.refresh_from_db(fields=counted)
        self._stored = self._said()

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> "DataSource":
        source = super().from_db(db, field_names, values, **options)
        source._stored = source._said()
        return source

    def refresh_from_db(self, *args: Any, **options: Any) -> None:
        super().refresh_from_db(*args, **options)
        self._stored = self._said()

    @property
    def is_shared(self) -> bool:
        return self.tenant_id is None

    def clean(self) -> None:
        if self.slug == OWN:
            raise ValidationError({"slug": f"“{OWN}” is the tenant's own database."})

    def _counted(self) -> list[str]:
        """The versions that are to be counted on, by what is said otherwise than it is stored."""
        said = self._said()
        changed = {name for name in said if self._stored is not None and self._stored.get(name, said[name]) != said[name]}
        return [*["version"] * bool(changed), *["answers_version"] * bool(changed & set(DECIDING_FIELDS))]

    def _said(self) -> dict[str, str]:
        """As texts: settings are changed in place."""
        return {name: repr(getattr(self, name)) for name in SAID_FIELDS if name not in self.get_deferred_fields()}
