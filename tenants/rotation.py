"""Encrypting all stored secrets anew under the newest key."""

from django.db import transaction

from tenants.credentials import CredentialsError, decrypt, is_newest
from tenants.models import Tenant


def rotate() -> tuple[int, list[str]]:
    """Row by row, so that it may be stopped and run again. Answers how many changed and whose no key opens."""
    changed, unreadable = 0, []
    for pk in Tenant.objects.exclude(password_token="").order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            tenant = Tenant.objects.select_for_update().get(pk=pk)
            if is_newest(tenant.password_token):
                continue
            try:
                tenant.set_password(decrypt(tenant.password_token, bound_to=tenant.password_binding))
            except CredentialsError:
                unreadable.append(tenant.slug)
                continue
            tenant.save(update_fields=["password_token"])
            changed += 1
    return changed, unreadable
