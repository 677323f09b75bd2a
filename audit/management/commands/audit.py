"""`manage.py audit`: partitions made and dropped, and the events taken out of the application's reach."""

import os
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from audit.retention import make_partitions, prune
from audit.sealing import Seal, SealFailed, seal, seal_script, seal_state
from tenants.one_status import OneStatusCommand

ADMIN_URL = "PANELDASH_ADMIN_URL"


class Command(OneStatusCommand):
    help = "Audit events: partitions by month, and who could erase them."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        for name, run, text in (
            ("partitions", self.partitions, "make the partitions of this month and the next three"),
            ("prune", self.prune, "drop the partitions whose events are all older than AUDIT_RETENTION_DAYS"),
            ("status", self.status, "say what the application's role could do to events; 1 if anything"),
        ):
            commands.add_parser(name, help=text).set_defaults(run=run)
        sealing = commands.add_parser("seal", help="the SQL that takes the events out of the application's reach")
        sealing.set_defaults(run=self.seal)
        sealing.add_argument(
            "--admin-url", nargs="?", const="", metavar="URL",
            help=f"run it as this superuser; without a URL it comes from {ADMIN_URL} or standard input, "
            "where no list of processes shows its password",
        )  # fmt: skip

    def handle(self, *args: object, **options: Any) -> None:
        try:
            options["run"](options)
        except (DatabaseError, SealFailed) as error:
            raise CommandError(str(error).splitlines()[0]) from error

    def partitions(self, _options: dict[str, Any]) -> None:
        made = make_partitions()
        self.stdout.write(f"{made} made." if made else "All are there.")

    def prune(self, _options: dict[str, Any]) -> None:
        dropped = prune()
        self.stdout.write(f"Dropped: {', '.join(dropped)}." if dropped else "Nothing is old enough.")

    def status(self, _options: dict[str, Any]) -> None:
        if self._say(seal_state()):
            sys.exit(1)

    def seal(self, options: dict[str, Any]) -> None:
        given = options["admin_url"]
        if given is None:
            script = ["BEGIN;", *(f"{statement};" for statement in seal_script(seal_state())), "COMMIT;"]
            self.stdout.write("\n".join(["-- Run this in the central database as a superuser.", *script]))
            return
        self._say(seal(given or os.environ.get(ADMIN_URL) or sys.stdin.readline().strip()))

    def _say(self, state: Seal) -> list[str]:
        kept = f"Nothing younger than {state.least_days} days can be dropped."
        lines = state.holes or [f"{state.role} can add events and read them, and neither change nor remove any.", kept]
        self.stdout.write("\n".join(lines))
        return state.holes
