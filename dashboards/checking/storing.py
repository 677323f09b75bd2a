"""What checks found, stored: what is as it was keeps the day since when it is so."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from dashboards.checking.finding import Found
from dashboards.models import Check, Panel
from tenants.models import Tenant

WRITTEN = ["outcome", "name", "detail", "since", "checked_at", "away_since"]


def store(
    tenant: Tenant, panels: Sequence[Panel], found: Mapping[int, Found], *, unreachable: bool, is_whole: bool = True
) -> None:
    """One tenant's checks, in a few queries. `is_whole`: these are all its panels, and others are none of its any more."""
    now = timezone.now()
    with transaction.atomic():
        before = {check.panel_id: check for check in Check.objects.select_for_update().filter(tenant=tenant)}
        known = {panel.pk for panel in panels}
        if is_whole and before.keys() - known:
            Check.objects.filter(tenant=tenant).exclude(panel_id__in=known).delete()
        if unreachable:
            rows = [_away(tenant, panel, before.get(panel.pk), now) for panel in panels]
        else:
            rows = [_row(tenant, panel, before.get(panel.pk), found[panel.pk], now) for panel in panels]
        _write(rows, tenant)


def forget_disabled() -> None:
    """Of a tenant that is switched off nobody wants to know."""
    Check.objects.filter(tenant__is_active=False).delete()


def _write(rows: list[Check], tenant: Tenant) -> None:
    """But for those of a panel or tenant that was deleted while it was checked."""
    there = set(Panel.objects.filter(pk__in=[row.panel_id for row in rows]).values_list("pk", flat=True))
    if Tenant.objects.filter(pk=tenant.pk).exists():
        kept = [row for row in rows if row.panel_id in there]
        Check.objects.bulk_create(kept, update_conflicts=True, unique_fields=["panel", "tenant"], update_fields=WRITTEN)


def _row(tenant: Tenant, panel: Panel, before: Check | None, found: Found, now: datetime) -> Check:
    is_as_before = before is not None and (before.outcome, before.name) == (found.outcome, found.name)
    since = before.since if before is not None and is_as_before else now
    facts = {"outcome": found.outcome, "name": found.name, "detail": found.detail}
    return Check(panel=panel, tenant=tenant, since=since, checked_at=now, away_since=None, **facts)


def _away(tenant: Tenant, panel: Panel, before: Check | None, now: datetime) -> Check:
    """What was found before, and that nothing is known of now."""
    if before is None:
        return Check(panel=panel, tenant=tenant, outcome=Check.Outcome.UNKNOWN, since=now, checked_at=now, away_since=now)
    before.pk = None  # so that it is written with the others
    before.away_since = before.away_since or now
    return before
