"""psycopg's errors, translated once into what a reader can do about them."""

import psycopg
from psycopg import errors

from datasources.errors import QueryFailed, QueryRefused, QueryTimeout, SourceError, SourceUnavailable
from datasources.lacks import lack_of

_SENTENCES: tuple[tuple[type[psycopg.Error], type[SourceError], str], ...] = (
    (errors.LockNotAvailable, QueryTimeout, "A table this panel reads is locked just now. Please try again."),
    (errors.QueryCanceled, QueryTimeout, "The query took longer than it may. Try a shorter time range."),
    (errors.UndefinedTable, QueryFailed, "A table this panel needs is not in this tenant's database."),
    (errors.UndefinedColumn, QueryFailed, "A column this panel needs is not in this tenant's database."),
    (errors.UndefinedFunction, QueryFailed, "The query uses a function or operator that does not fit its values."),
    (errors.InsufficientPrivilege, QueryFailed, "The tenant's role may not read what this panel needs."),
    (errors.DivisionByZero, QueryFailed, "The query divides by zero."),
    (errors.ReadOnlySqlTransaction, QueryRefused, "The query tries to change data; panels only read."),
    (errors.FeatureNotSupported, QueryRefused, "The query is not a plain SELECT."),
    (errors.CharacterNotInRepertoire, QueryFailed, "A text in the database is not valid in its encoding."),
    (errors.UntranslatableCharacter, QueryFailed, "A text in the database cannot be shown in UTF-8."),
    (errors.SerializationFailure, SourceUnavailable, "The replica had to cancel the query. Please try again."),
    (errors.DiskFull, SourceUnavailable, "The database server has no space left for this query."),
    (errors.OutOfMemory, SourceUnavailable, "The database server has not enough memory for this query."),
    (errors.ConfigurationLimitExceeded, QueryFailed, "The query needs more temporary space than it may use."),
    (errors.TooManyConnections, SourceUnavailable, "The database server accepts no more connections."),
    (errors.AdminShutdown, SourceUnavailable, "The database server is restarting. Please try again."),
    (errors.CrashShutdown, SourceUnavailable, "The database server is restarting. Please try again."),
    (errors.CannotConnectNow, SourceUnavailable, "The database server is restarting. Please try again."),
    (errors.SyntaxErrorOrAccessRuleViolation, QueryFailed, "The query does not fit this tenant's database."),
    (errors.DataError, QueryFailed, "The query fails on a value in the database."),
)


def translated(error: psycopg.Error) -> SourceError:
    """The error a source raises. `detail` is the server's own words, for editors; they name no host and no role."""
    detail = (error.diag.message_primary or "") if error.sqlstate else ""
    if error.diag.message_hint and error.sqlstate:
        detail = f"{detail} ({error.diag.message_hint})"
    for kind, answer, sentence in _SENTENCES:
        if isinstance(error, kind):
            return (
                answer(sentence, detail=detail, lack=lack_of(error)) if answer is QueryFailed else answer(sentence, detail=detail)
            )
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return SourceUnavailable("The connection to the database was lost. Please try again.")
    return QueryFailed("The query failed.", detail=detail)
