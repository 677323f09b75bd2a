"""What a test has caused to be told."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import Max

from audit.models import Event

Told = Callable[..., list[Event]]


@pytest.fixture
def told(db: None) -> Told:
    """The events since the test began, oldest first: `told("change")`. Those of tests before it stay in the table."""
    newest = Event.objects.aggregate(newest=Max("id"))["newest"] or 0

    def events(action: str = "") -> list[Event]:
        found = Event.objects.filter(id__gt=newest).order_by("id")
        return list(found.filter(action=action) if action else found)

    return events


@pytest.fixture
def long_ago(db: None) -> Callable[..., None]:
    """Write an event at another time, as only the owner of the table can: `long_ago("2019-03-01T00:00Z", actor="ada")`."""

    def write(at: str, **fields: object) -> None:
        names = {"action": "change", "outcome": "done", **fields}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE paneldash_audit")
            columns, places = ", ".join(names), ", ".join(["%s"] * len(names))
            cursor.execute(f"INSERT INTO audit_event (at, {columns}) VALUES (%s, {places})", [at, *names.values()])
            cursor.execute("RESET ROLE")

    return write
