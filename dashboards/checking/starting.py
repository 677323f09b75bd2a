"""A check that somebody asks for on a page: it goes on behind their back, gently, and the page shows how far it is."""

import threading

from django.db import connection

from dashboards.checking.checking import check_all
from dashboards.checking.runs import begin_alone
from dashboards.models import CheckRun
from tenants.models import Tenant

AT_ONCE = 2  # tenants: this process has viewers to serve


def start(*, by: str, tenant: Tenant | None = None) -> bool:
    """Begin to check all tenants, or one. False where a check is on its way already."""
    run = begin_alone(by)
    if run is None:
        return False
    threading.Thread(target=_check, args=(run, tenant), name="check", daemon=True).start()
    return True


def _check(run: CheckRun, tenant: Tenant | None) -> None:
    try:
        check_all(run=run, tenant=tenant, at_once=AT_ONCE, keeps=True)
    finally:
        connection.close()
