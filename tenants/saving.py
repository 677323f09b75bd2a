"""A tenant as it was entered, through whichever door: stored, its password encrypted, its connection tried."""

from django.db import transaction

from tenants.connection_test import Report, examine, record
from tenants.connections import close_tenant
from tenants.forms import TenantForm
from tenants.models import CONNECTION_FIELDS, Tenant


def save_tenant(form: TenantForm) -> Report | None:
    """Store a valid form; what `finish_saving` says."""
    is_new = form.instance.pk is None
    with transaction.atomic():
        tenant: Tenant = form.save()
        store_password(tenant, form)
    return finish_saving(tenant, form, is_new=is_new)


def store_password(tenant: Tenant, form: TenantForm) -> None:
    if form.cleaned_data["password"]:
        tenant.set_password(form.cleaned_data["password"])
        tenant.save(update_fields=["password_token"])


def finish_saving(tenant: Tenant, form: TenantForm, *, is_new: bool) -> Report | None:
    """Try a changed connection at once, so that nobody learns of a typing error from a dark dashboard. None: not changed."""
    report = None
    if is_new or {"password", *CONNECTION_FIELDS} & {*form.changed_data}:
        close_tenant(tenant)
        report = examine(tenant)
        record(tenant, report)
    if not tenant.is_active:
        close_tenant(tenant)
    return report
