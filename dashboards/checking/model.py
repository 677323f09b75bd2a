"""What the checks of panels found on tenants, and the runs that found it."""

from django.db import models
from django.db.models import Q

from tenants.models import Tenant


class Check(models.Model):
    """Whether a panel can work on a tenant's database, as the last check found it.

    `name` is what is lacking, `detail` what the database says of it. `since` tells how long it has been so. While the
    tenant cannot be reached, `away_since` says so, and the rest is what was found before.
    """

    class Outcome(models.TextChoices):
        FINE = "fine", "fine"
        MISSING_TABLE = "missing_table", "missing table"
        MISSING_COLUMN = "missing_column", "missing column"
        WRONG_TYPE = "wrong_type", "wrong type"
        NOT_PERMITTED = "not_permitted", "not permitted"
        TOO_SLOW = "too_slow", "too slow"
        FAILS = "fails", "cannot run"
        UNKNOWN = "unknown", "not known yet"

    panel = models.ForeignKey("dashboards.Panel", on_delete=models.CASCADE, related_name="checks")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="checks")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    name = models.CharField(max_length=200, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()
    checked_at = models.DateTimeField()
    away_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["panel", "tenant"]
        constraints = [models.UniqueConstraint(fields=["panel", "tenant"], name="one_check_a_panel_and_tenant")]
        indexes = [
            models.Index(
                fields=["panel"], condition=~Q(outcome="fine") | Q(away_since__isnull=False), name="checks_not_fine_by_panel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel} on {self.tenant}: {self.get_outcome_display()}"


class CheckRun(models.Model):
    """One run of the checks, on its way or through. One that has said nothing for a while has come to grief."""

    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()
    asked_by = models.CharField(max_length=254)
    job_id = models.BigIntegerField(null=True)  # of the queue, where a worker was asked
    tenants = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    unreachable = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.done} of {self.tenants} tenants"
