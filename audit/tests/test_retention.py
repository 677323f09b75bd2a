"""What the nightly work calls."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from audit.acting import acting_as
from audit.models import Event
from audit.retention import make_partitions, prune

Told = Callable[..., list[Event]]


def test_old_months_go_and_that_is_told(long_ago: Callable[..., None], told: Told) -> None:
    long_ago("2001-05-05T12:00Z", object="old")
    with acting_as("job: nightly"):
        dropped = prune()
    assert dropped == ["audit_event_2001_05"]
    assert not Event.objects.filter(object="old").exists()
    [event] = told("prune")
    assert event.actor == "job: nightly"
    assert event.details == {"partitions": dropped, "older_than_days": 2_555}
    assert prune() == []
    assert len(told("prune")) == 1


def test_a_retention_below_the_least_is_refused(settings: object, db: None) -> None:
    settings.AUDIT_RETENTION_DAYS = 29  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError, match="30 days at least"):
        prune()


def test_the_partitions_are_all_there(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_partitions() == 0
    call_command("audit", "partitions")
    assert capsys.readouterr().out == "All are there.\n"


def test_a_month_that_was_missed_is_made_good(long_ago: Callable[..., None]) -> None:
    long_ago("2045-05-05T12:00Z", object="of the future")
    assert make_partitions() == 1
    assert Event.objects.filter(object="of the future").count() == 1
