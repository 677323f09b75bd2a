"""What a user is in a tenant, read by the same query that reads what names the user: a session, a token, an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from tenants.models import Membership, Role, Tenant, User
from tenants.rows import row_of

LONGEST_SLUG = 64  # one more than a tenant's


@dataclass(frozen=True, slots=True)
class Standing:
    """`tenant` and `role` are None for a stranger to it."""

    user: User
    tenant: Tenant | None
    role: Role | None


def read_standing(
    slug: str, *, columns: str, source: str, where: str, parameters: Sequence[Any]
) -> tuple[tuple[Any, ...], Standing] | None:
    """The `columns` of a row of `source`, in which the user's row is `u`, and what that user is in the tenant."""
    with connection.cursor() as cursor:
        cursor.execute(_sql(columns, source, where), [slug, *parameters])
        row = cursor.fetchone()
    if row is None:
        return None
    users, tenants = len(User._meta.concrete_fields), len(Tenant._meta.concrete_fields)
    places = (1 + users, 1 + users + tenants)
    user = row_of(User, row[1 : places[0]])
    found = row[places[0] : places[1]]
    tenant = row_of(Tenant, found) if found[0] is not None else None
    return row[places[1] :], Standing(user, tenant, _role(user, tenant, row[0]))


def _role(user: User, tenant: Tenant | None, membership: str | None) -> Role | None:
    if tenant is None:
        return None
    if user.is_above_tenants:
        return Role.ADMIN
    return Role(membership) if membership else None


@lru_cache(maxsize=8)
def _sql(columns: str, source: str, where: str) -> str:
    tenant, membership = (model._meta.db_table for model in (Tenant, Membership))
    users = ", ".join(f'u."{field.column}"' for field in User._meta.concrete_fields)
    tenants = ", ".join(f't."{field.column}"' for field in Tenant._meta.concrete_fields)
    return f"""
        SELECT m.role, {users}, {tenants}, {columns}
        FROM {source}
        LEFT JOIN "{tenant}" t ON t.slug = %s AND t.is_active
        LEFT JOIN "{membership}" m ON m.tenant_id = t.id AND m.user_id = u.id
        WHERE {where}
    """  # noqa: S608 - names of our own tables and columns
