"""The guard: whether a query may run on a tenant's database. It refuses what it does not know."""

from collections.abc import Iterator
from contextlib import contextmanager

from datasources.allowed import EXTENSION_FUNCTIONS
from datasources.guard.permissions import check_names, check_relations, check_tenantless_relations
from datasources.guard.policy import Policy
from datasources.guard.refusal import Refusal
from datasources.guard.statement import Statement, read


def check(sql: str, policy: Policy, *, allow_parameters: bool = False) -> None:
    """Raise QueryRefused unless `sql` is one SELECT that reads the policy's relations and only computes.

    `allow_parameters` is for SQL whose variables have become `$1`, `$2`, …. The error's detail has the line and column.
    """
    with _answering(sql):
        statement = read(sql)
        _check_parameters(statement, allow_parameters=allow_parameters)
        check_names(statement, policy)
        check_relations(statement, policy)


def check_statically(sql: str, *, allow_parameters: bool = False, statistics: bool = False) -> None:
    """What can be said of a query before it has a tenant: all but its tables and the types it may find there.

    Raises QueryRefused. A query that passes is checked again, with the tenant's policy, each time it runs.
    """
    with _answering(sql):
        statement = read(sql)
        _check_parameters(statement, allow_parameters=allow_parameters)
        policy = Policy(
            functions=EXTENSION_FUNCTIONS,
            enums=_types_of_some_tenant(statement),
            field_functions=frozenset(),
            statistics=statistics,
        )
        check_names(statement, policy)
        check_tenantless_relations(statement, policy)


def single_statement(sql: str) -> str:
    """The exact text of the one SELECT, without its semicolon and what follows. It may end in a `--` comment.

    Raises QueryRefused when there is none, or no tenant may run it.
    """
    with _answering(sql):
        return read(sql).text


@contextmanager
def _answering(sql: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise refusal.answer(sql) from None


def _check_parameters(statement: Statement, *, allow_parameters: bool) -> None:
    if statement.parameters and not allow_parameters:
        parameter = statement.parameters[0]
        raise Refusal(f"A parameter that nothing is bound to: {parameter}.", at=parameter.at)


def _types_of_some_tenant(statement: Statement) -> frozenset[str]:
    """Types PostgreSQL does not have may be a tenant's enums; those that look names up in its catalogs are nobody's."""
    return frozenset(str(kind) for kind in statement.types if not kind.name.startswith(("reg", "pg_")))
