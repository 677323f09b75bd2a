"""A check that somebody asks for on a page: a worker makes it, and the page shows how far it is."""

from dashboards.checking.runs import ask_for
from dashboards.tasks import check_on_request
from tenants.models import Tenant


def start(*, by: str, tenant: Tenant | None = None) -> bool:
    """Have all tenants checked, or one. False where a check is on its way already."""
    tenant_id = tenant.pk if tenant is not None else None
    return ask_for(by, lambda run: check_on_request.defer(run_id=run.pk, tenant_id=tenant_id))
