"""Events page by page, newest first; a page is found by the event before it, so that the thousandth costs what the first does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.models import Event, EventQuerySet

PAGE_SIZE = 50
CURSOR = re.compile(r"(\d{1,17})-(\d{1,18})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MICROSECONDS = 253_402_300_799_000_000  # the year 9999


class BadCursor(ValueError):
    """A page that no list of ours leads to."""


@dataclass(frozen=True, slots=True)
class Page:
    """`older` is the cursor of the page after it; empty where this is the last."""

    events: list[Event]
    older: str


def page(events: EventQuerySet, cursor: str) -> Page:
    """The page that begins after a cursor, or the first. Raises BadCursor."""
    if cursor:
        events = events.older_than(_read(cursor))
    found = list(events[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return Page(shown, _written(shown[-1]) if len(found) > PAGE_SIZE else "")


def batches(events: EventQuerySet, *, size: int) -> Iterator[list[Event]]:
    """All of them, a batch at a time, each found by the one before: no cursor stays open while a reader is slow."""
    rest = events
    while batch := list(rest[:size]):
        yield batch
        rest = events.older_than(batch[-1])


def _written(event: Event) -> str:
    return f"{(event.at - EPOCH) // timedelta(microseconds=1)}-{event.id}"


def _read(cursor: str) -> Event:
    found = CURSOR.fullmatch(cursor)
    if found is None or not cursor.isascii() or int(found[1]) > LATEST_MICROSECONDS:
        raise BadCursor("There is no such page.")
    return Event(at=EPOCH + timedelta(microseconds=int(found[1])), id=int(found[2]))
