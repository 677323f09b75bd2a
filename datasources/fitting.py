"""Whether queries fit a tenant's database: compiled, guarded and planned there, and none of them run."""

from collections.abc import Iterable
from dataclasses import replace

from datasources import guard, unrun
from datasources.base import CountQuery, Limits, Query, SqlQuery
from datasources.catalogue import YOUNG_SECONDS, catalogue, policy
from datasources.compile import compile_query
from datasources.errors import QueryFailed
from datasources.lacks import name_table
from datasources.statement import Statement
from tenants.database import Database


def read_anew(database: Database) -> None:
    """Know the tenant's tables as they are now. Raises SourceError."""
    catalogue(database, youngest=YOUNG_SECONDS)


def cost_of(database: Database, queries: Iterable[Query], *, platform: bool, limits: Limits) -> float:
    """What the dearest of some queries costs by PostgreSQL's estimate, in its own units.

    Raises SourceError where the tenant's database lacks what they need, and as running them would.
    """
    statements = {statement.sql: statement for query in queries for statement in _compiled(database, query)}
    for sql in statements:
        guard.check(sql, policy(database, statistics=platform), allow_parameters=True)
    try:
        return unrun.plan(database, statements.values(), limits)
    except QueryFailed as error:
        name_table(error, statements)
        raise


def _compiled(database: Database, query: Query) -> Iterable[Statement]:
    """The count of a table's rows needs what its rows need. To know what SQL is sorted by, it would have to be run."""
    if isinstance(query, CountQuery):
        return []
    return [compile_query(replace(query, sort=None) if isinstance(query, SqlQuery) else query, database)]
