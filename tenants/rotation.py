"""Encrypting all stored secrets anew under the newest key."""

from collections.abc import Callable

from django.db import transaction

from tenants.credentials import CredentialsError, is_newest, tenant_password
from tenants.models import Tenant
from tenants.signals import password_reencrypted

Rotated = tuple[int, int, list[str]]

others: list[Callable[[], Rotated]] = []  # of apps that keep secrets too; they add themselves


def rotate() -> Rotated:
    """Row by row, so that it may be stopped and run again while everything is in use.

    Answers how many were changed, how many were under the newest key already, and whose secrets no key opens.
    """
    changed, current, unreadable = _rotate_passwords()
    for each in others:
        more, as_before, closed = each()
        changed, current, unreadable = changed + more, current + as_before, [*unreadable, *closed]
    return changed, current, unreadable


def _rotate_passwords() -> Rotated:
    changed, current, unreadable = 0, 0, []
    for pk in Tenant.objects.exclude(password_token="").order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            tenant = Tenant.objects.select_for_update().get(pk=pk)
            try:
                password = tenant_password(tenant)
            except CredentialsError:
                unreadable.append(tenant.slug)
                continue
            if is_newest(tenant.password_token):
                current += 1
                continue
            tenant.set_password(password)
            # Past save(): it is the same password, so connections that use it stay open.
            Tenant.objects.filter(pk=pk).update(password_token=tenant.password_token)
            password_reencrypted.send(Tenant, tenant=tenant)
            changed += 1
    return changed, current, unreadable
