"""Who did: one row an event, written once. The table is made by the migration; no code changes or deletes a row."""

from django.apps import apps
from django.db import models

from tenants.models import Tenant


class Action(models.TextChoices):
    SIGN_IN = "sign_in", "Sign-in"
    SIGN_OUT = "sign_out", "Sign-out"
    PASSWORD = "password", "Password"
    SECOND_FACTOR = "second_factor", "Second factor"
    CREATE = "create", "Created"
    CHANGE = "change", "Changed"
    DELETE = "delete", "Deleted"
    ADMINISTER = "administer", "Administration"
    TEST_CONNECTION = "test_connection", "Connection test"
    RUN_SQL = "run_sql", "SQL run"
    RUN_PANEL = "run_panel", "Panel run"
    EXPORT = "export", "Export"
    ACCESS = "access", "Access"
    PRUNE = "prune", "Retention"


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused"


class EventQuerySet(models.QuerySet["Event"]):
    def of_tenant(self, tenant: Tenant) -> "EventQuerySet":
        """By the row it was, not by its id's text: a tenant of the same id made later must not see them."""
        return self.filter(tenant_id=tenant.pk)

    def older_than(self, event: "Event") -> "EventQuerySet":
        """Those after it in a list, newest first."""
        return self.filter(at__lte=event.at).exclude(at=event.at, id__gte=event.id)


class Event(models.Model):
    """`actor`, `tenant` and `object` are names as they were then; rows they named may be gone or called otherwise."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    tenant_id = models.BigIntegerField(null=True)
    tenant = models.TextField()
    action = models.TextField()
    outcome = models.TextField()
    object_type = models.TextField()
    object_id = models.TextField()
    object = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    details = models.JSONField()
    request_id = models.TextField()
    address = models.GenericIPAddressField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "audit_event"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.actor or 'nobody'}: {self.action_label} {self.object}"

    @property
    def kind(self) -> str:
        """What sort of thing the object is, as people say it: `panel`, `data source`."""
        try:
            return str(apps.get_model(self.object_type)._meta.verbose_name)
        except (LookupError, ValueError):  # of a program before this one, or no row at all
            return self.object_type.rpartition(".")[2]

    @property
    def action_label(self) -> str:
        return Action(self.action).label if self.action in Action.values else self.action

    @property
    def outcome_label(self) -> str:
        return Outcome(self.outcome).label if self.outcome in Outcome.values else self.outcome
