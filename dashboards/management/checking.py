"""`manage.py panels check`: every panel on every tenant's database, before somebody looks."""

import json
import sys
from collections.abc import Sized
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from dashboards.as_code.source_plan import problem_of
from dashboards.checking.checking import Report, check_all
from dashboards.checking.summary import summaries
from dashboards.loose import loose_panels
from dashboards.management.finding import find_tenant
from dashboards.models import Check, Panel
from datasources.models import DataSource
from tenants.models import Tenant

COMMAND = "panels check"
BAR = 40


def describe(parser: CommandParser) -> None:
    parser.add_argument("--tenant", help="this tenant alone")
    parser.add_argument("--panel", help="the panels of this id alone")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")


def run(command: BaseCommand, *, tenant: str | None, panel: str | None, **options: Any) -> None:
    """Ends with 1 where a panel does not work on a tenant, or a tenant cannot be asked."""
    one = find_tenant(tenant) if tenant is not None else None
    if panel is not None and not Panel.objects.filter(slug=panel).exists():
        raise CommandError(f"There is no panel “{panel}”.")
    report = check_all(tenant=one, panel=panel, by=COMMAND, told=_bar if sys.stderr.isatty() else _nothing)
    broken, loose = _broken_sources(one), [one.sentence for one in loose_panels(report.panels.values())]
    if options["json"]:
        command.stdout.write(json.dumps({**_described(report), "data_sources": broken, "warnings": loose}))
    else:
        noted = [*(f"! data source {slug}: {why}" for slug, why in broken.items()), *(f"! {sentence}" for sentence in loose)]
        command.stdout.write("\n".join([*noted, *_lines(report)]))
    if broken or not report.is_fine:
        sys.exit(1)


def _broken_sources(tenant: Tenant | None) -> dict[str, str]:
    """Those that no panel can ask, by their id, and their tenant's where they are one's own: they are not asked."""
    whose = Q(tenant=tenant) if tenant is not None else Q(tenant__is_active=True)
    rows = DataSource.objects.select_related("tenant").filter(whose | Q(tenant=None)).order_by("slug")
    found = {f"{row.slug} of {row.tenant.slug}" if row.tenant else row.slug: problem_of(row) for row in rows}
    return {name: why for name, why in found.items() if why is not None}


def _nothing(done: int, tenants: int) -> None:
    """Where nobody looks on."""


def _bar(done: int, tenants: int) -> None:
    filled = BAR * done // tenants
    end = "\n" if done == tenants else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {done} of {tenants} tenants{end}")
    sys.stderr.flush()


def _lines(report: Report) -> list[str]:
    """A line a panel, one a problem, then the tenants that could not be asked."""
    checks = Check.objects.filter(tenant__in=[one.tenant for one in report.tenants])
    lines = []
    for summary in summaries(sorted(report.panels.values(), key=lambda panel: panel.slug), checks):
        owner = f" ({summary.panel.tenant.slug})" if summary.panel.tenant else ""
        lines.append(f"{summary.panel.slug + owner:<40} {summary.runs_on}")
        lines += [f"  {one.outcome:<15} {one.words} at {one.where} since {one.since:%-d %b %Y}" for one in summary.problems]
    lines += [f"! {one.tenant.slug} cannot be reached: {one.unreachable}" for one in report.tenants if one.unreachable]
    return [*lines, f"{_counted(report.panels, 'panel')} on {_counted(report.tenants, 'tenant')} in {report.seconds:.1f} s."]


def _counted(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def _described(report: Report) -> dict[str, Any]:
    checks = Check.objects.filter(tenant__in=[one.tenant for one in report.tenants], panel__in=report.panels)
    items = [
        {
            "panel_id": check.panel.slug,
            "tenant_id": check.tenant.slug,
            "outcome": check.outcome,
            "name": check.name or None,
            "detail": check.detail or None,
            "since": check.since.isoformat(),
            "unreachable_since": check.away_since.isoformat() if check.away_since else None,
        }
        for check in checks.select_related("panel", "tenant").order_by("panel__slug", "tenant__slug")
    ]
    away = {one.tenant.slug: one.unreachable for one in report.tenants if one.unreachable}
    return {"items": items, "count": len(items), "unreachable": away, "seconds": round(report.seconds, 1)}
