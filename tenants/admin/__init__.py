"""The admin pages of tenants, people and their API tokens."""

from tenants.admin import people, tenant, tokens

__all__ = ["people", "tenant", "tokens"]
