"""Commands that end with 1 for whatever goes wrong: programs need not tell one failure from another."""

import sys

from django.core.management.base import BaseCommand


class OneStatusCommand(BaseCommand):
    def run_from_argv(self, argv: list[str]) -> None:
        """argparse alone would say 2 of a wrong argument."""
        try:
            super().run_from_argv(argv)
        except SystemExit as end:
            sys.exit(1 if end.code else 0)
