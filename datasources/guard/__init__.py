"""The guard that every query for a tenant's database passes: an allow-list on PostgreSQL's own syntax tree."""

from datasources.guard.check import check, check_statically, single_statement
from datasources.guard.clauses import KpiClauses, split_kpi_query
from datasources.guard.expressions import check_expression, check_order
from datasources.guard.policy import Policy

__all__ = [
    "KpiClauses",
    "Policy",
    "check",
    "check_expression",
    "check_order",
    "check_statically",
    "single_statement",
    "split_kpi_query",
]
