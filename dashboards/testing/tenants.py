"""On which tenants somebody may test a panel or a dashboard, and the few of them that differ, which are asked first."""

from collections.abc import Sequence

from dashboards.models import Check, Dashboard, Panel, Shared
from tenants.access import tenants_edited_by
from tenants.models import Tenant, User

SAMPLE = 8
OF_EACH_KIND = 2


def editable_by(row: Panel | Dashboard, by: User) -> list[Tenant]:
    """Those the person edits: for a platform admin all active ones. What is shared with chosen tenants others run there only."""
    found = tenants_edited_by(by)
    if row.scope == Shared.Scope.CHOSEN and not by.is_platform_admin:
        found = found.filter(pk__in=row.shared_with.values("pk"))
    return list(found.order_by("slug"))


def sampled(tenants: Sequence[Tenant], panels: Sequence[Panel], here: Tenant | None) -> list[Tenant]:
    """Tenants of different state: this one, some where a check found something wrong or nobody, the newest, some others."""
    states = _states(tenants, panels)
    chosen: dict[int, Tenant] = {one.pk: one for one in tenants if here is not None and one.pk == here.pk}
    for kind in sorted(set(states.values())):
        alike = [one for one in tenants if states.get(one.pk) == kind and one.pk not in chosen]
        chosen |= {one.pk: one for one in alike[:OF_EACH_KIND]}
    newest_first = sorted((one for one in tenants if one.pk not in states), key=lambda one: -one.pk)
    others = newest_first[:1] + _spread(newest_first[1:], SAMPLE)
    for one in others:
        chosen.setdefault(one.pk, one)
    return list(chosen.values())[:SAMPLE]


def living_first(tenants: Sequence[Tenant]) -> list[Tenant]:
    """Those that did not answer when they were last checked come last: nobody has to wait for them."""
    away = set(Check.objects.filter(away_since__isnull=False).values_list("tenant", flat=True).distinct())
    return sorted(tenants, key=lambda one: one.pk in away)


def _states(tenants: Sequence[Tenant], panels: Sequence[Panel]) -> dict[int, str]:
    """What the last check found wrong, by the tenant's row: of these panels, and that nobody answered of any."""
    checks = Check.objects.filter(tenant__in=tenants).order_by()
    away = dict.fromkeys(checks.filter(away_since__isnull=False).values_list("tenant", flat=True).distinct(), "away")
    stored = [panel.pk for panel in panels if panel.pk]
    wrong = checks.filter(panel__in=stored, away_since=None).exclude(outcome=Check.Outcome.FINE)
    return {**dict(wrong.values_list("tenant", "outcome")), **away}


def _spread(tenants: Sequence[Tenant], count: int) -> list[Tenant]:
    """So many of them, evenly."""
    if len(tenants) <= count:
        return list(tenants)
    return [tenants[place * len(tenants) // count] for place in range(count)]
