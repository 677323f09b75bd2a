"""What a panel and a dashboard have in common: whose it is, with whom it is shared, and which version of it there is."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from dashboards.library.version import THROUGH
from dashboards.viewer import Viewer
from tenants.known import KnownQuerySet
from tenants.models import Tenant
from tenants.validators import SLUG

_Row = TypeVar("_Row", bound="Shared")


class SharedQuerySet(KnownQuerySet[_Row]):
    def seen_by(self, viewer: Viewer) -> Self:
        """What of a tenant a viewer may see, one a slug: the tenant's own wins over a shared one."""
        raise NotImplementedError

    def find_for(self, viewer: Viewer, slug: str) -> _Row | None:
        """The one of that id that a viewer may see; None where there is none."""
        return self.seen_by(viewer).filter(slug=slug).first()

    def shared(self) -> Self:
        """What the platform keeps, whoever has it."""
        return self.exclude(scope=Shared.Scope.TENANT)

    def owned_by(self, tenant: Tenant) -> Self:
        return self.filter(own(tenant))

    def nearest_of(self, tenant: Tenant, seen: Q) -> Self:
        """One a slug of the tenant's that are `seen`, its own before a shared one. Whatever is filtered later, it has won."""
        covered = Exists(self.model._base_manager.filter(own(tenant), seen, slug=OuterRef("slug")))
        return self.filter(seen, own(tenant) | Q(self.shared_with_tenant(tenant), ~covered)).order_by("slug")

    def shared_with_tenant(self, tenant: Tenant) -> Q:
        chosen = self.model.shared_with.through._base_manager.filter(
            **{f"{self.model._meta.model_name}_id": OuterRef("pk"), "tenant_id": tenant.pk}
        )
        return Q(scope=Shared.Scope.ALL) | Q(Exists(chosen), scope=Shared.Scope.CHOSEN)


def own(tenant: Tenant) -> Q:
    return Q(scope=Shared.Scope.TENANT, tenant=tenant)


class Shared(models.Model):
    """Owned by one tenant, or kept by the platform and shared: with all tenants or with chosen ones."""

    class Scope(models.TextChoices):
        TENANT = "tenant", "One tenant's own"
        ALL = "all", "Shared with every tenant"
        CHOSEN = "chosen", "Shared with chosen tenants"

    slug = models.CharField("id", max_length=63, validators=[SLUG])
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ALL)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="own_%(class)ss")
    shared_with = models.ManyToManyField(Tenant, blank=True, related_name="shared_%(class)ss")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    # Columns have defaults of their own: the version of the program before this one knows nothing of them.
    changed_by = models.CharField(max_length=254, blank=True, default="", db_default="", editable=False)
    changed_through = models.CharField(max_length=THROUGH, blank=True, default="", db_default="", editable=False)
    managed_file = models.CharField(max_length=400, blank=True, default="", db_default="", editable=False)
    managed_revision = models.CharField(max_length=80, blank=True, default="", db_default="", editable=False)
    managed_version = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "slug"], condition=Q(scope="tenant"), name="%(class)s_slug_a_tenant"),
            models.UniqueConstraint(fields=["slug"], condition=~Q(scope="tenant"), name="%(class)s_slug_shared"),
            models.CheckConstraint(
                condition=Q(scope="tenant", tenant__isnull=False) | Q(scope__in=["all", "chosen"], tenant__isnull=True),
                name="%(class)s_scope_says_who",
            ),
        ]

    @property
    def is_shared(self) -> bool:
        return self.scope != self.Scope.TENANT

    @property
    def is_managed(self) -> bool:
        """Whether it was made from a file, by `panels apply`."""
        return self.managed_version is not None

    @property
    def is_changed_by_hand(self) -> bool:
        """Whether somebody has changed it since a file was applied to it."""
        return self.is_managed and self.version != self.managed_version
