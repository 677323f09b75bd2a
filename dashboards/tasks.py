"""What the worker does for panels."""

from dashboards.checking import check_all
from tenants.jobs import scheduled


@scheduled("20 2 * * *")
def check_panels() -> None:
    """Checks every panel on every tenant's database."""
    check_all(by="the nightly check")
