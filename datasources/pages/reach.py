"""Whose data sources somebody looks after: a tenant's admin its own, a platform admin the shared ones."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from datasources.kinds import SOURCE_KINDS
from datasources.kinds.base import AnyKind
from datasources.models import DataSource
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Reach:
    """`tenant` None: those that all tenants share."""

    tenant: Tenant | None

    def own(self) -> QuerySet[DataSource]:
        """Those that may be changed here."""
        return DataSource.objects.filter(tenant=self.tenant)

    def shared_with(self) -> QuerySet[DataSource]:
        """Those that may be looked at only: shared, and not covered by one of the tenant's own."""
        if self.tenant is None:
            return DataSource.objects.none()
        return DataSource.objects.filter(tenant=None).exclude(slug__in=self.own().values("slug"))

    def kinds(self) -> list[AnyKind]:
        """Those that can be added here."""
        kinds = [kind for kind in SOURCE_KINDS.values() if kind.may_be_shared or self.tenant is not None]
        return sorted(kinds, key=lambda kind: kind.label)

    def find(self, slug: str, rows: QuerySet[DataSource] | None = None) -> DataSource:
        found = (self.own() if rows is None else rows).filter(slug=slug).first()
        if found is None:
            raise Http404("No such data source.")
        return found

    def kind(self, name: str) -> AnyKind:
        found = next((kind for kind in self.kinds() if kind.name == name), None)
        if found is None:
            raise Http404("No such kind of data source.")
        return found

    def url(self, name: str, **of: Any) -> str:
        if self.tenant is None:
            return reverse(f"sources-{name}", kwargs=of)
        return reverse(f"tenant-sources-{name}", kwargs={"tenant": self.tenant.slug, **of})
