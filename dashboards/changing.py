"""A panel or a dashboard is changed here, so that nobody overwrites what somebody else has done meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from psycopg.errors import UniqueViolation

from dashboards.library.keeping import keep
from dashboards.library.version import THROUGH
from dashboards.models import Dashboard, Panel, SavedTemplate, Shared
from datasources.models import DataSource
from tenants.models import User

Row = TypeVar("Row", bound=Panel | Dashboard)
Counted = TypeVar("Counted", bound=Panel | Dashboard | SavedTemplate)


class Overtaken(Exception):
    """It is another version now. Says whose and since when; None: nobody knows who, as of data sources."""

    def __init__(self, row: Shared | SavedTemplate | DataSource) -> None:
        self.version = row.version
        self.changed_by = None if isinstance(row, DataSource) else row.changed_by or None
        self.changed_at: datetime = row.updated_at
        when = self.changed_at.astimezone(UTC)
        who = self.changed_by or "Somebody"
        super().__init__(f"{who} has changed it on {when:%-d %b %Y} at {when:%H:%M:%S} UTC. It is version {self.version} now.")


class Gone(Exception):
    """It was deleted meanwhile."""


class Taken(Exception):
    """There is one of that id. The sentence says of what and which."""

    def __init__(self, row: Shared) -> None:
        super().__init__(f"There is a {row._meta.model_name} “{row.slug}” already.")


def save_new(row: Row, *, by: User | str, through: str) -> Row:
    """Store a new row as its first version; `by` and `through` as below. Raises Taken."""
    _sign(row, by, through)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        raise Taken(row) from error
    return row


def save_change(row: Row, change: Callable[[Row], None], *, by: User | str, through: str, seen: int | None) -> Row:
    """Lock the row as it is stored now, keep it as it was, let `change` work on it, and store it as the next version.

    `by` is a person, or the name of a command; `through` says which door it came by. `seen` is the version the change was
    made on; None takes any. Raises Overtaken, Gone, and what `change` raises.
    """
    with transaction.atomic():
        stored = locked(row, seen=seen)
        keep(stored)
        change(stored)
        stored.version += 1
        _sign(stored, by, through)
        stored.save()
    return stored


def delete_unchanged(row: Counted, *, seen: int | None) -> None:
    """Delete a row, unless it is another version than `seen`; None takes any. Raises Overtaken, Gone."""
    with transaction.atomic():
        locked(row, seen=seen).delete()


def locked(row: Counted, *, seen: int | None) -> Counted:
    """The row as it is stored now, nobody else's to change until the transaction ends. Raises Overtaken, Gone."""
    rows: QuerySet[Any] = type(row)._default_manager.select_for_update(of=("self",)).select_related("tenant")
    stored: Counted | None = rows.filter(pk=row.pk).first()
    if stored is None:
        raise Gone
    if seen is not None and stored.version != seen:
        raise Overtaken(stored)
    return stored


def _sign(row: Shared, by: User | str, through: str) -> None:
    row.updated_by = by if isinstance(by, User) else None
    row.changed_by = by.email if isinstance(by, User) else by
    row.changed_through = through[:THROUGH]
