"""Which panel works on which tenant's database, found out before somebody looks: `check_all`."""

from dashboards.checking.checking import Report, TenantChecked, check_all

__all__ = ["Report", "TenantChecked", "check_all"]
