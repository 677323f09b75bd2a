"""Waiting for a PostgreSQL that may have fallen silent: what a time-out of the server's own cannot end."""

import select
from time import monotonic
from typing import Any

import psycopg
from psycopg import errors
from psycopg.generators import execute
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.waiting import Ready, Wait

MOST_SILENCES = 4  # in all an answer may take this many times the silence
GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
EVENTS = {Wait.R: select.POLLIN, Wait.W: select.POLLOUT, Wait.RW: select.POLLIN | select.POLLOUT}


class TooSilent(psycopg.OperationalError):
    """The server said nothing for longer than it may."""


def answer_of(connection: psycopg.Connection[Any], *, silence_seconds: float) -> PGresult:
    """The server's answer to what was sent. Raises psycopg.Error, TooSilent among them."""
    ends_at = monotonic() + MOST_SILENCES * silence_seconds
    work = execute(connection.pgconn)
    try:
        wanted = next(work)
        while True:
            remaining = min(silence_seconds, ends_at - monotonic())
            wanted = work.send(_ready(connection.fileno(), wanted, remaining))
    except StopIteration as end:
        (answer,) = end.value
    if answer.status not in GOOD:
        raise errors.error_from_result(answer)
    return answer


def _ready(socket: int, wanted: Wait, seconds: float) -> Ready:
    poll = select.poll()
    poll.register(socket, EVENTS[wanted])
    happened = poll.poll(max(0.0, seconds) * 1000)
    if not happened:
        raise TooSilent("the server does not answer")
    event = happened[0][1]
    can_read, can_write = event & ~select.POLLOUT, event & select.POLLOUT
    return Ready.RW if can_read and can_write else Ready.R if can_read else Ready.W
