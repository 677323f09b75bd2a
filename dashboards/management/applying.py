"""`manage.py panels apply`: make data sources, panels and dashboards as the files of a folder say."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, OperationalError
from psycopg.errors import QueryCanceled

from dashboards.as_code.applying import apply
from dashboards.as_code.pieces import Refused
from dashboards.as_code.planning import Change, Plan, plan
from dashboards.as_code.reading import Whole, read_folder
from dashboards.as_code.revision import revision_of
from dashboards.as_code.source_plan import SourceChange
from dashboards.changing import Gone, Overtaken, Taken
from dashboards.management.finding import find_tenant
from tenants.models import Tenant


def describe(parser: CommandParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder with the YAML files")
    parser.add_argument("--tenant", help="make them this tenant's own, instead of shared")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--prune", action="store_true", help="remove what an earlier apply made and DIR does not hold any more")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")


def run(command: BaseCommand, *, folder: Path, tenant: str | None, dry_run: bool, prune: bool, **options: Any) -> None:
    """Raises CommandError; then nothing is changed."""
    owner = find_tenant(tenant) if tenant is not None else None
    try:
        definitions = read_folder(folder, is_shared=owner is None)
        if prune and not definitions.items:
            raise CommandError(f"{folder} holds no panel and no dashboard: --prune would remove all there are.")
        planned = _planned(definitions, owner, prune=prune) if dry_run else _applied(folder, definitions, owner, prune=prune)
    except Refused as error:
        if not options["json"]:
            raise CommandError(_refused(error)) from error
        command.stdout.write(json.dumps(_described_refusal(error)))
        sys.exit(1)
    command.stdout.write(json.dumps(_described(planned, dry_run)) if options["json"] else "\n".join(_lines(planned, dry_run)))


def _planned(definitions: Whole, owner: Tenant | None, *, prune: bool) -> Plan:
    return plan(definitions.items, owner, prune=prune, sources=definitions.sources)


def _applied(folder: Path, definitions: Whole, owner: Tenant | None, *, prune: bool) -> Plan:
    try:
        return apply(definitions, owner, revision=revision_of(folder, definitions.digest), prune=prune)
    except Overtaken as error:
        raise CommandError(f"{error} Nothing is applied; apply again.") from error
    except (Gone, Taken, IntegrityError) as error:
        raise CommandError("Somebody made or deleted one of them at the same moment. Nothing is applied; apply again.") from error
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise CommandError("Somebody else applies, for longer than one waits. Nothing is applied; apply again.") from error


def _refused(error: Refused) -> str:
    count = len(error.refusals)
    return f"{error}\nNothing is applied: {count} {'thing has' if count == 1 else 'things have'} to be put right."


def _described_refusal(error: Refused) -> dict[str, Any]:
    told = [{"file": one.place.file, "line": one.place.line, "path": one.path, "reason": one.reason} for one in error.refusals]
    return {"refused": told, "count": len(told)}


def _lines(planned: Plan, dry_run: bool) -> list[str]:
    lines = [line for change in planned.all_changes for line in change.in_lines()]
    lines += [f"! {warning}" for warning in planned.warnings]
    if not planned.all_changes:
        return [*lines, f"Nothing to change: {planned.unchanged} as they are in the files."]
    counted = [f"{count} {word}" for word, count in _counts(planned).items() if count]
    return [*lines, f"{', '.join(counted)}.{' Nothing is written: this is a dry run.' if dry_run else ''}"]


def _counts(planned: Plan) -> dict[str, int]:
    acts = [change.act for change in planned.all_changes]
    made, changed, marked, removed = (acts.count(act) for act in ("create", "change", "mark", "delete"))
    return {"new": made, "changed": changed, "noted": marked, "removed": removed, "as they were": planned.unchanged}


def _described(planned: Plan, dry_run: bool) -> dict[str, Any]:
    return {
        "tenant_id": planned.tenant.slug if planned.tenant else None,
        "dry_run": dry_run,
        "changes": [_change(change) for change in planned.all_changes],
        "unchanged": planned.unchanged,
        "warnings": list(planned.warnings),
    }


def _change(change: SourceChange | Change) -> dict[str, Any]:
    file = change.definition.place.file if change.definition else None
    facts = {"act": change.act, "kind": change.kind, "id": change.slug, "file": file}
    return {**facts, "lines": list(change.lines), "changed_by_hand": change.by_hand or None}
