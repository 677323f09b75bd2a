"""What a query would cost: PostgreSQL's plan for it, and in words what is dear about it."""

from datasources.plans.explain import explain

__all__ = ["explain"]
