"""`manage.py panels`: panels and their SQL from the shell."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from dashboards.sql_check import BadLine, check_lines
from datasources import catalogue
from datasources.errors import SourceError
from datasources.guard import Policy
from tenants.errors import TenantDatabaseError
from tenants.models import Tenant
from tenants.one_status import OneStatusCommand


class Command(OneStatusCommand):
    help = "Panels and their SQL from the shell."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        check_sql = commands.add_parser("check-sql", help="say which of many queries the guard lets through; runs none")
        check_sql.add_argument("--tenant", required=True, help="the tenant's id, whose tables and functions may be named")
        check_sql.add_argument("file", nargs="?", type=Path, help='JSON lines {"id", "sql"}; standard input without it')
        check_sql.set_defaults(run=self.check_sql)

    def handle(self, *args: object, **options: Any) -> None:
        options["run"](**options)

    def check_sql(self, *, tenant: str, file: Path | None, **options: object) -> None:
        policy = _policy_of(tenant)
        with _lines_of(file) as lines:
            try:
                for answer in check_lines(lines, policy):
                    self.stdout.write(answer)
            except BadLine as error:
                raise CommandError(str(error)) from error


def _policy_of(slug: str) -> Policy:
    try:
        return catalogue.policy(Tenant.objects.get(slug=slug))
    except Tenant.DoesNotExist as error:
        raise CommandError(f"There is no tenant “{slug}”.") from error
    except (SourceError, TenantDatabaseError) as error:
        raise CommandError(error.sentence) from error


@contextlib.contextmanager
def _lines_of(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        yield sys.stdin.buffer
        return
    try:
        with file.open("rb") as lines:
            yield lines
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
