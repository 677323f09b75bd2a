"""What the worker does for the audit."""

from audit import retention
from tenants.jobs import scheduled


@scheduled("15 3 * * *")
def make_partitions() -> None:
    """Makes the partitions of the coming months."""
    retention.make_partitions()


@scheduled("20 3 * * *")
def prune() -> None:
    """Drops the months of audit events that are all older than AUDIT_RETENTION_DAYS."""
    retention.prune()
