"""What a query would cost: PostgreSQL's plan for it, and in words what is dear about it."""

from datasources.plans.explain import Explained, explain
from datasources.plans.hint import Hint

__all__ = ["Explained", "Hint", "explain"]
