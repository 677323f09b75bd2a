"""One query explained: its SQL, the plan as PostgreSQL prints it, what it estimates, and hints."""

from datasources import unrun
from datasources.base import Limits, Query
from datasources.explained import Explained
from datasources.plans.hints import hints
from datasources.plans.node import read_node
from datasources.plans.tables import read_surroundings
from datasources.statement import Statement
from tenants.database import Database


def explain(database: Database, query: Query, statement: Statement, limits: Limits) -> Explained:
    """Explain a guarded statement without running it; `query` is what it was compiled from. Raises SourceError."""
    plan = read_node(unrun.explain(database, statement, limits))
    return Explained(
        sql=statement.sql,
        parameters=statement.parameters,
        lines=unrun.explain_as_text(database, statement, limits),
        cost=plan.cost,
        rows=plan.rows,
        hints=tuple(hints(plan, read_surroundings(database, plan, limits), query)),
    )
