"""What the worker does for panels."""

from dashboards.checking import check_all
from dashboards.library import keeping
from tenants.jobs import scheduled


@scheduled("20 2 * * *")
def check_panels() -> None:
    """Checks every panel on every tenant's database."""
    check_all(by="the nightly check")


@scheduled("30 3 * * *")
def prune_versions() -> None:
    """Deletes the versions of panels and dashboards beyond the newest VERSIONS_KEPT of each."""
    keeping.prune()
