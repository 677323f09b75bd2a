"""Where a panel or dashboard comes from, in words, for those who might change it by hand."""

from datetime import UTC

from dashboards.models import Shared


def managed_note(row: Shared) -> str:
    """Its file and revision, and who has changed it since; empty where it was made by hand."""
    if not row.is_managed:
        return ""
    note = f"Kept in the file {row.managed_file} ({row.managed_revision})."
    if not row.is_changed_by_hand:
        return note
    day = row.updated_at.astimezone(UTC)
    return f"{note} Changed by hand by {row.changed_by or 'somebody'} on {day:%-d %b %Y}: the next apply takes the file's side."
