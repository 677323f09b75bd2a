"""Commands that end with 1 for whatever goes wrong: programs need not tell one failure from another."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable

OLDER = "The central database's tables are not those of this release: manage.py migrate --check, manage.py migrate."


class OneStatusCommand(BaseCommand):
    def run_from_argv(self, argv: list[str]) -> None:
        """argparse alone would say 2 of a wrong argument."""
        try:
            super().run_from_argv(argv)
        except SystemExit as end:
            sys.exit(1 if end.code else 0)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """What stands in the way of any command is one line; what is a mistake of ours keeps its trace."""
        try:
            return super().execute(*args, **options)
        except OperationalError as error:
            raise CommandError(str(error).partition("\n")[0]) from error
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
                raise
            raise CommandError(OLDER) from error
