"""What the worker does for panels."""

from dashboards.checking.checking import check_all
from dashboards.library import keeping
from dashboards.models import CheckRun
from tenants.jobs import scheduled, when_asked
from tenants.models import Tenant


@scheduled("20 2 * * *")
def check_panels() -> None:
    """Checks every panel on every tenant's database."""
    check_all(by="the nightly check")


@when_asked
def check_on_request(run_id: int, tenant_id: int | None) -> None:
    """Checks panels where a platform admin asks for it on the page *Checks*: on all tenants, or on one."""
    run = CheckRun.objects.filter(pk=run_id).first()
    tenant = Tenant.objects.filter(pk=tenant_id, is_active=True).first() if tenant_id is not None else None
    if run is None:
        return
    if tenant is None and tenant_id is not None:  # gone meanwhile, or switched off
        run.delete()
        return
    check_all(run=run, tenant=tenant)


@scheduled("30 3 * * *")
def prune_versions() -> None:
    """Deletes the versions of panels and dashboards beyond the newest VERSIONS_KEPT of each."""
    keeping.prune()
