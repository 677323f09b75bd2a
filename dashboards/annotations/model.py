"""An annotation that somebody typed in, or a program sent."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from tenants.models import Tenant
from tenants.validators import SLUG

LONGEST_TEXT, MOST_TAGS, LONGEST_TAG = 2_000, 20, 50


class Annotation(models.Model):
    """Of one tenant, on one dashboard, be that shared or not. A moment, or with `stop` a region.

    With `panel_slug` it stands on that panel alone.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="annotations")
    dashboard = models.ForeignKey("dashboards.Dashboard", on_delete=models.CASCADE, related_name="typed_annotations")
    panel_slug = models.CharField("panel", max_length=63, default="", blank=True, validators=[SLUG])
    start = models.DateTimeField()
    stop = models.DateTimeField(null=True, blank=True)
    text = models.CharField(max_length=LONGEST_TEXT)
    tags = ArrayField(models.CharField(max_length=LONGEST_TAG), size=MOST_TAGS, default=list, blank=True)
    made_by = models.CharField(max_length=254, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-start", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(stop__isnull=True) | Q(stop__gt=F("start")), name="annotation_ends_later")
        ]
        indexes = [models.Index(fields=["dashboard", "tenant", "-start"], name="annotations_of_a_dashboard")]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 60 else f"{self.text[:59]}…"

    def clean(self) -> None:
        if self.stop is not None and self.start is not None and self.stop <= self.start:
            raise ValidationError({"stop": "It must end after it begins."})
