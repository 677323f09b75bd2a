"""What is about to be changed is kept as it is, and of each thing the newest VERSIONS_KEPT stay."""

from typing import Any

from django.conf import settings
from django.db import connection

from dashboards.as_code.stored import document_tree, sharing_tree
from dashboards.library.version import Version
from dashboards.models import Dashboard, Panel

# Of each panel and each dashboard all but the newest.
PRUNE = """
DELETE FROM {table} v USING (
  SELECT id, row_number() OVER (PARTITION BY panel_id, dashboard_id ORDER BY number DESC) AS place FROM {table}
) AS ranked
WHERE ranked.id = v.id AND ranked.place > %s
"""


def keep(row: Panel | Dashboard) -> None:
    """Write down a stored row as it is now. The caller has it locked, and a transaction open."""
    Version.objects.create(
        **of(row),
        number=row.version,
        document=document_tree(row),
        beside=beside(row),
        changed_at=row.updated_at,
        changed_by=row.changed_by,
        changed_through=row.changed_through,
    )


def of(row: Panel | Dashboard) -> dict[str, Any]:
    """Whose version it is, as a version's field."""
    return {"panel": row} if isinstance(row, Panel) else {"dashboard": row}


def beside(row: Panel | Dashboard) -> dict[str, Any]:
    """What is said of a row and is no part of its document."""
    if isinstance(row, Panel):
        return sharing_tree(row)
    return {**sharing_tree(row), "state": row.state, "private": row.private_to_id is not None}


def prune() -> int:
    """Delete what is too many; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE.format(table=Version._meta.db_table), [settings.VERSIONS_KEPT])
        return cursor.rowcount
