"""What PostgreSQL says of statements that are not run: their columns, their plans."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import RawCursor

from datasources.base import Limits
from datasources.budget import budget
from datasources.errors import QueryRefused, SourceError
from datasources.failures import translated
from datasources.frame import Column
from datasources.origin import placing_errors
from datasources.rows import Row
from datasources.series import find_points
from datasources.shapes import ask_for_shape
from datasources.statement import Statement
from datasources.transaction import transaction
from tenants.database import Database


def described(database: Database, statement: Statement, limits: Limits) -> tuple[Column, ...]:
    """The columns a statement answers, asked of the server without running it. Raises as `run`, and says where a mistake is."""
    with placing_errors(statement.written), _saying_where(), transaction(database, limits) as connection:
        return ask_for_shape(connection, statement.sql).columns


def explain(database: Database, statement: Statement, limits: Limits) -> dict[str, Any]:
    """PostgreSQL's plan of a guarded statement, not run: the `Plan` node of EXPLAIN, its columns with the name of their table."""
    ((answer,),) = _explained(database, statement, limits, "FORMAT JSON, VERBOSE")
    return answer[0]["Plan"]


def explain_as_text(database: Database, statement: Statement, limits: Limits) -> tuple[str, ...]:
    """The same plan in the lines that people know from EXPLAIN."""
    return tuple(line for (line,) in _explained(database, statement, limits, "FORMAT TEXT"))


def plan(database: Database, statements: Iterable[Statement], limits: Limits) -> float:
    """Have PostgreSQL plan guarded statements, on one snapshot, none of them run: the dearest one's cost in its own units.

    Points over time must have the columns a chart needs. Raises SourceError, as running them would.
    """
    cost = 0.0
    wrong: psycopg.Error | QueryRefused | None = None
    with transaction(database, limits) as connection, budget.spending(database.owner):
        try:
            cost = max((_planned(connection, statement) for statement in statements), default=0.0)
        except (psycopg.ProgrammingError, psycopg.DataError, QueryRefused) as error:
            wrong = error  # and the connection is as good as before: not to be thrown away for it
    if isinstance(wrong, psycopg.Error):
        raise translated(wrong) from wrong
    if wrong is not None:
        raise wrong
    return cost


@contextmanager
def _saying_where() -> Iterator[None]:
    """The server counts characters from 1."""
    try:
        yield
    except SourceError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.diag.statement_position:
            error.at = int(cause.diag.statement_position) - 1
        raise


def _planned(connection: psycopg.Connection, statement: Statement) -> float:
    if statement.series_zone is not None:
        shape = ask_for_shape(connection, statement.sql)
        find_points(shape.columns, shape.oids, statement.series_zone)
    ((answer,),) = _plan_of(connection, statement, "FORMAT JSON")
    return float(answer[0]["Plan"]["Total Cost"])


def _explained(database: Database, statement: Statement, limits: Limits, options: str) -> list[Row]:
    with transaction(database, limits) as connection, budget.spending(database.owner):
        return _plan_of(connection, statement, options)


def _plan_of(connection: psycopg.Connection, statement: Statement, options: str) -> list[Row]:
    explained = f"EXPLAIN ({options}) SELECT * FROM (\n{statement.sql}\n) AS q"
    return RawCursor(connection).execute(explained, statement.parameters, binary=True).fetchall()
