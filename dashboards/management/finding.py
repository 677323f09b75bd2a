"""What commands name, found; or the error that ends them."""

from django.core.management.base import CommandError

from tenants.models import Tenant


def find_tenant(slug: str) -> Tenant:
    try:
        return Tenant.objects.get(slug=slug)
    except Tenant.DoesNotExist as error:
        raise CommandError(f"There is no tenant “{slug}”.") from error
