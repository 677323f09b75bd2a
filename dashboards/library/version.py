"""A panel or dashboard as it was, until somebody changed it."""

from django.db import models
from django.db.models import Q

THROUGH = 100  # characters at most


class Version(models.Model):
    """`document` is as its file would have it; `beside` is what is no part of it: with whom it was shared, its state."""

    panel = models.ForeignKey("dashboards.Panel", on_delete=models.CASCADE, null=True, db_index=False, related_name="versions")
    dashboard = models.ForeignKey(
        "dashboards.Dashboard", on_delete=models.CASCADE, null=True, db_index=False, related_name="versions"
    )
    number = models.PositiveIntegerField()
    document = models.JSONField()
    beside = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=254, blank=True)
    changed_through = models.CharField(max_length=THROUGH, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "number"], name="a_version_once_of_a_panel"),
            models.UniqueConstraint(fields=["dashboard", "number"], name="a_version_once_of_a_dashboard"),
            models.CheckConstraint(
                condition=Q(panel__isnull=False, dashboard__isnull=True) | Q(panel__isnull=True, dashboard__isnull=False),
                name="a_version_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.panel or self.dashboard}"
