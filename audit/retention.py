"""Partitions by month: made ahead, and dropped when all that is in them is old enough. For the nightly work and for the shell."""

from django.conf import settings
from django.db import connection, transaction

from audit.acting import acting
from audit.models import Action
from audit.recording import Told, record

MONTHS_AHEAD = 3


def make_partitions() -> int:
    """Make those of this month and the next three; answers how many were missing. Events that had none are moved to theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(%s)", [MONTHS_AHEAD])
        return int(cursor.fetchone()[0])


def prune() -> list[str]:
    """Drop the partitions that have nothing younger than AUDIT_RETENTION_DAYS; answers their names. That is recorded too."""
    days = settings.AUDIT_RETENTION_DAYS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_drop_before(%s)", [days])
        dropped = [str(name) for (name,) in cursor.fetchall()]
        if dropped:
            record(Told(Action.PRUNE, details={"partitions": dropped, "older_than_days": days}, acting=acting()))
    return dropped
