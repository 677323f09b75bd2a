"""Where a panel stands: its dashboard, its placement and itself, read with one query, as every refresh needs them."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection, models

from dashboards.models import Dashboard, Panel, Placement
from tenants.known import Known
from tenants.models import Tenant
from tenants.rows import row_of


@dataclass(frozen=True, slots=True)
class Place:
    """A panel where it stands on a dashboard, all three of them the tenant's to see."""

    dashboard: Dashboard
    placement: Placement
    panel: Panel
    mark: str  # differs when any of them does


_places = Known[tuple[int, str, str], Place](most=5_000)
_panels = Known[tuple[int, str], Panel](most=5_000)


def find_place(tenant: Tenant, dashboard: str, panel: str) -> Place | None:
    """What `Dashboard.objects.find`, its placements and `Panel.objects.find` say: in 1 query instead of 3, or in none."""
    return _places.get((tenant.pk, dashboard, panel), lambda: _read_place(tenant, dashboard, panel))


def find_panel(tenant: Tenant, slug: str) -> Panel | None:
    """What `Panel.objects.find` says, without a query where it is known. It is not the caller's to change."""
    return _panels.get((tenant.pk, slug), lambda: Panel.objects.find(tenant, slug))


def forget_places() -> None:
    """Where panels stand, and what they are, is asked anew."""
    _places.forget()
    _panels.forget()


def _read_place(tenant: Tenant, dashboard: str, panel: str) -> Place | None:
    with connection.cursor() as cursor:
        cursor.execute(_place_sql(), {"tenant": tenant.pk, "dashboard": dashboard, "panel": panel})
        row = cursor.fetchone()
    if row is None:
        return None
    mark = hashlib.blake2b(repr(row).encode(), digest_size=8).hexdigest()
    read: list[models.Model] = []
    for model in (Dashboard, Placement, Panel):
        columns = len(model._meta.concrete_fields)
        values, row = row[:columns], row[columns:]
        read.append(row_of(model, values))
    return Place(*read, mark)  # type: ignore[arg-type, call-arg]


@lru_cache(maxsize=1)
def _place_sql() -> str:
    columns = [
        f'{alias}."{field.column}"'
        for alias, model in (("d", Dashboard), ("w", Placement), ("p", Panel))
        for field in model._meta.concrete_fields
    ]
    return f"""
        SELECT {", ".join(columns)}
        FROM ({_nearest_sql(Dashboard, "dashboard")}) d
        JOIN "{Placement._meta.db_table}" w ON w.dashboard_id = d.id AND w.panel_slug = %(panel)s
        CROSS JOIN ({_nearest_sql(Panel, "panel")}) p
    """  # noqa: S608 - names of our own tables and columns


def _nearest_sql(model: type[Dashboard] | type[Panel], slug: str) -> str:
    """The same rows in the same order as SharedQuerySet.visible_to, the first of them."""
    table, chosen = model._meta.db_table, model.shared_with.through._meta.db_table
    its = f"{model._meta.model_name}_id"
    return f"""
        SELECT * FROM "{table}" o
        WHERE slug = %({slug})s AND (
            (scope = 'tenant' AND tenant_id = %(tenant)s) OR scope = 'all' OR (scope = 'chosen' AND EXISTS (
                SELECT FROM "{chosen}" c WHERE c.{its} = o.id AND c.tenant_id = %(tenant)s)))
        ORDER BY array_position(ARRAY['tenant', 'chosen', 'all'], scope::text) LIMIT 1
    """  # noqa: S608 - names of our own tables and columns
