"""A panel or a dashboard is changed here, so that nobody overwrites what somebody else has done meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from django.db import transaction

from dashboards.models import Dashboard, Panel
from tenants.models import User

Row = TypeVar("Row", Panel, Dashboard)


class Overtaken(Exception):
    """It is another version now. Says whose and since when."""

    def __init__(self, row: Panel | Dashboard) -> None:
        self.version = row.version
        self.changed_by = row.updated_by.email if row.updated_by else None
        self.changed_at: datetime = row.updated_at
        when = self.changed_at.astimezone(UTC)
        who = self.changed_by or "Somebody"
        super().__init__(f"{who} has changed it on {when:%-d %b %Y} at {when:%H:%M:%S} UTC. It is version {self.version} now.")


class Gone(Exception):
    """It was deleted meanwhile."""


def save_change(row: Row, change: Callable[[Row], None], *, by: User, seen: int | None) -> Row:
    """Lock the row as it is stored now, let `change` work on it, and store it as the next version.

    `seen` is the version the change was made on; None takes any. Raises Overtaken, Gone, and what `change` raises.
    """
    with transaction.atomic():
        stored = _locked(row, seen)
        change(stored)
        stored.version += 1
        stored.updated_by = by
        stored.save()
    return stored


def delete_unchanged(row: Row, *, seen: int | None) -> None:
    """Delete a row, unless it is another version than `seen`; None takes any. Raises Overtaken, Gone."""
    with transaction.atomic():
        _locked(row, seen).delete()


def _locked(row: Row, seen: int | None) -> Row:
    stored = (
        type(row)
        ._default_manager.select_for_update(of=("self",))
        .select_related("updated_by", "tenant")
        .filter(pk=row.pk)
        .first()
    )
    if stored is None:
        raise Gone
    if seen is not None and stored.version != seen:
        raise Overtaken(stored)
    return stored
