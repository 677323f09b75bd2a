"""A template that somebody has made of a panel or a dashboard."""

from django.db import models
from django.db.models import Q

from tenants.models import Tenant
from tenants.validators import SLUG


class SavedTemplate(models.Model):
    """A tenant's own; without a tenant every tenant has it. `panels`: a list of `{id, document}`; `dashboard`: its document.

    What it was made of may change or go: it is a copy.
    """

    slug = models.CharField("id", max_length=63, validators=[SLUG])
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="templates", help_text="Empty: of all tenants."
    )
    name = models.CharField(max_length=200)
    about = models.CharField(max_length=2_000, blank=True)
    panels = models.JSONField()
    dashboard = models.JSONField(null=True, blank=True)
    is_platforms = models.BooleanField(default=False, editable=False)
    made_by = models.CharField(max_length=254, editable=False)
    # Columns have defaults of their own: the version of the program before this one knows nothing of them.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    changed_by = models.CharField(max_length=254, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="template_slug_a_tenant"),
            models.UniqueConstraint(fields=["slug"], condition=Q(tenant=None), name="template_slug_of_all"),
        ]

    def __str__(self) -> str:
        return self.name
