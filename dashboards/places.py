"""Where a panel stands: its dashboard, its placement and itself, read with one query, as every refresh needs them."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from dashboards.models import Dashboard, Panel, Placement
from dashboards.viewer import Viewer
from tenants.known import Known
from tenants.models import Tenant
from tenants.rows import row_of

NEARNESS = "array_position(ARRAY['tenant', 'chosen', 'all'], {}.scope::text)"


@dataclass(frozen=True, slots=True)
class Place:
    """A panel where it stands on a dashboard, all three of them the tenant's to see."""

    dashboard: Dashboard
    placement: Placement
    panel: Panel
    mark: str  # differs when any of them does

    @property
    def time_range(self) -> str:
        """How far back it looks where nobody says: the placement's, else the panel's, else the dashboard's."""
        return self.placement.time_range or self.panel.time_range or self.dashboard.time_range


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dashboard of the id that is asked for; `place` is None where the panel does not stand on it."""

    dashboard: Dashboard
    place: Place | None


_places = Known[tuple[int, str, str], tuple[Candidate, ...]](most=5_000)
_panels = Known[tuple[int, str], Panel](most=5_000)


def find_place(tenant: Tenant, dashboard: str, panel: str, *, viewer: Viewer | None) -> Place | None:
    """What `seen_by`, the dashboard's placements and `Panel.objects.find` say: in 1 query instead of 3, or in none.

    `viewer` is None for whoever runs the program. What is known is the same for all; who may see it is asked every time.
    """
    found = _places.get((tenant.pk, dashboard, panel), lambda: _read_candidates(tenant, dashboard, panel)) or ()
    for candidate in found:
        if viewer is None or candidate.dashboard.may_be_seen_by(viewer):
            return candidate.place
    return None


def find_panel(tenant: Tenant, slug: str) -> Panel | None:
    """What `Panel.objects.find` says, without a query where it is known. It is not the caller's to change."""
    return _panels.get((tenant.pk, slug), lambda: Panel.objects.find(tenant, slug))


def forget_places() -> None:
    """Where panels stand, and what they are, is asked anew."""
    _places.forget()
    _panels.forget()


def _read_candidates(tenant: Tenant, dashboard: str, panel: str) -> tuple[Candidate, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(_places_sql(), {"tenant": tenant.pk, "dashboard": dashboard, "panel": panel})
        rows = cursor.fetchall()
    return tuple(_candidate(row) for row in rows) or None


def _candidate(row: tuple[Any, ...]) -> Candidate:
    mark = hashlib.blake2b(repr(row).encode(), digest_size=8).hexdigest()
    read: list[Any] = []
    for model in (Dashboard, Placement, Panel):
        columns = len(model._meta.concrete_fields)
        values, row = row[:columns], row[columns:]
        read.append(row_of(model, values) if values[0] is not None else None)
    dashboard, placement, panel = read
    return Candidate(dashboard, Place(dashboard, placement, panel, mark) if placement and panel else None)


@lru_cache(maxsize=1)
def _places_sql() -> str:
    columns = [
        f'{alias}."{field.column}"'
        for alias, model in (("d", Dashboard), ("w", Placement), ("p", Panel))
        for field in model._meta.concrete_fields
    ]
    return f"""
        SELECT {", ".join(columns)}
        FROM ({_found_sql(Dashboard, "dashboard")}) d
        LEFT JOIN "{Placement._meta.db_table}" w ON w.dashboard_id = d.id AND w.panel_slug = %(panel)s
        LEFT JOIN ({_found_sql(Panel, "panel")} ORDER BY {NEARNESS.format("o")} LIMIT 1) p ON true
        ORDER BY {NEARNESS.format("d")}
    """  # noqa: S608 - names of our own tables and columns


def _found_sql(model: type[Dashboard] | type[Panel], slug: str) -> str:
    """A tenant's own and the shared one, as PanelQuerySet.visible_to has them; a dashboard's state is not asked."""
    table, chosen = model._meta.db_table, model.shared_with.through._meta.db_table
    its = f"{model._meta.model_name}_id"
    return f"""
        SELECT * FROM "{table}" o
        WHERE slug = %({slug})s AND (
            (scope = 'tenant' AND tenant_id = %(tenant)s) OR scope = 'all' OR (scope = 'chosen' AND EXISTS (
                SELECT FROM "{chosen}" c WHERE c.{its} = o.id AND c.tenant_id = %(tenant)s)))
    """  # noqa: S608 - names of our own tables and columns
