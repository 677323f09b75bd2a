"""`manage.py panels export`: write what is stored as the files that `apply` reads."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboards.as_code.exporting import NotWritten, export
from dashboards.management.finding import find_tenant


def describe(parser: CommandParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to write to; made where it is not there")
    parser.add_argument("--tenant", help="this tenant's own, instead of what is shared")
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")


def run(command: BaseCommand, *, folder: Path, tenant: str | None, **options: Any) -> None:
    """Raises CommandError."""
    try:
        written = export(folder, find_tenant(tenant) if tenant is not None else None)
    except NotWritten as error:
        raise CommandError(str(error)) from error
    if options["json"]:
        facts = {"files": written.files, "left": written.left, "invalid": written.invalid}
        command.stdout.write(json.dumps(facts))
        return
    lines = [f"! {name} was there already, and is left as it is" for name in written.left]
    lines += [f"! {problem}: written as it is stored; no apply takes it" for problem in written.invalid]
    command.stdout.write("\n".join([*lines, f"{len(written.files)} files written to {folder}."]))
