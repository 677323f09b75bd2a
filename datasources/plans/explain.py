"""One query explained: its SQL, the plan as PostgreSQL prints it, what it estimates, and hints."""

from dataclasses import dataclass
from typing import Any

from datasources import executor
from datasources.base import Query
from datasources.executor import Limits, Statement
from datasources.plans.hint import Hint
from datasources.plans.hints import hints
from datasources.plans.node import read_node
from datasources.plans.tables import read_surroundings
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Explained:
    """`lines` as EXPLAIN prints them; `cost` in PostgreSQL's units, a page read in order being 1; `rows` as it guesses."""

    sql: str
    parameters: tuple[Any, ...]
    lines: tuple[str, ...]
    cost: float
    rows: int
    hints: tuple[Hint, ...]


def explain(tenant: Tenant, query: Query, statement: Statement, limits: Limits) -> Explained:
    """Explain a guarded statement without running it; `query` is what it was compiled from. Raises SourceError."""
    plan = read_node(executor.explain(tenant, statement, limits))
    return Explained(
        sql=statement.sql,
        parameters=statement.parameters,
        lines=executor.explain_as_text(tenant, statement, limits),
        cost=plan.cost,
        rows=plan.rows,
        hints=tuple(hints(plan, read_surroundings(tenant, plan, limits), query)),
    )
