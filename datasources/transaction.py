"""The transaction in which everything in a tenant's database runs: read-only, watched, within its time, always rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg.generators import execute
from psycopg.pq import ExecStatus

from datasources.base import Limits
from datasources.errors import QueryStopped, QueryTimeout, SourceBusy, SourceUnavailable
from datasources.failures import translated
from datasources.load import load
from datasources.stopping import STOPPED
from datasources.stuck import note_answer, note_stuck, refuse_if_stuck
from datasources.watchdog import watched
from tenants.connections import lease
from tenants.database import Database
from tenants.errors import TenantBusy, TenantDatabaseError, TenantUnreachable


@contextmanager
def transaction(database: Database, limits: Limits) -> Iterator[psycopg.Connection]:
    """A snapshot that is read-only before the first byte of other people's SQL arrives, watched, and always rolled back."""
    refuse_if_stuck(database)
    watch = None
    try:
        with (
            lease(database) as connection,
            load.running(database.owner.pk),
            watched(connection, timeout_seconds=limits.timeout_ms / 1_000) as watch,
        ):
            told(connection, begin(limits))
            yield connection
            told(connection, "ROLLBACK")
        note_answer(database)
    except TenantUnreachable as error:
        kind = SourceBusy if isinstance(error, TenantBusy) else SourceUnavailable
        raise kind(error.sentence, detail=error.detail, retry_after_seconds=error.retry_after_seconds) from error
    except TenantDatabaseError as error:
        raise SourceUnavailable(error.sentence, detail=error.detail) from error
    except psycopg.Error as error:
        if watch is not None and watch.fired == "close":
            note_stuck(database, watch)
        elif error.sqlstate:
            note_answer(database)
        if watch is not None and watch.is_stopped:
            raise QueryStopped(STOPPED) from error
        if watch is not None and watch.fired:
            raise QueryTimeout("The query took longer than it may. Try a shorter time range.") from error
        raise translated(error) from error


def begin(limits: Limits) -> str:
    """Read-only from its first statement on, and with the time this query may take: an export has more of it."""
    return f"BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {limits.timeout_ms:d}; SELECT 1"


def told(connection: psycopg.Connection, commands: str) -> None:
    """Tell the server commands of our own, that answer nothing: without a cursor it takes half the time."""
    connection.pgconn.send_query(commands.encode())
    for answer in connection.wait(execute(connection.pgconn)):
        if answer.status not in {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}:
            raise errors.error_from_result(answer)
