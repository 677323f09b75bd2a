"""A dashboard that somebody likes to have at hand."""

from django.conf import settings
from django.db import models

from tenants.models import Tenant


class Favorite(models.Model):
    """Of one person, within one tenant: a shared dashboard may be it in one tenant and not in another."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="favorites")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    dashboard = models.ForeignKey("dashboards.Dashboard", on_delete=models.CASCADE, related_name="favorites")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "tenant", "dashboard"], name="a_favorite_once")]

    def __str__(self) -> str:
        return f"{self.dashboard} of {self.user}"
