"""`manage.py panels`: panels and their SQL from the shell."""

import contextlib
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandError, CommandParser

from dashboards.explain import described, in_lines
from dashboards.management import applying, checking, exporting, schema
from dashboards.management.explaining import explain
from dashboards.management.finding import find_tenant
from dashboards.sql_check import BadLine, check_lines
from datasources import catalogue
from datasources.errors import SourceError
from datasources.guard import Policy
from tenants.errors import TenantDatabaseError
from tenants.one_status import OneStatusCommand

MODULES = (
    ("apply", applying, "make data sources, panels and dashboards as the files of a folder say"),
    ("export", exporting, "write what is stored as the files that apply reads"),
    ("check", checking, "say which panel works on which tenant's database; runs none"),
    ("schema", schema, "JSON Schema of the files, for editors"),
)


class Command(OneStatusCommand):
    help = "Panels and their SQL from the shell."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        for name, module, text in MODULES:
            parser_of_one = commands.add_parser(name, help=text)
            module.describe(parser_of_one)
            parser_of_one.set_defaults(run=partial(module.run, self))
        self._describe_explain(commands.add_parser("explain", help="the plan of a panel's queries, and in words what is dear"))
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

    def explain(self, *, panel: str, tenant: str, **options: Any) -> None:
        """The queries are planned, not run."""
        asked = {name: options[name] for name in ("dashboard", "start", "stop", "variables")}
        explained = explain(find_tenant(tenant), panel, **asked)
        if options["json"]:
            queries = [described(name, one) for name, one in explained.items()]
            self.stdout.write(json.dumps({"panel_id": panel, "tenant_id": tenant, "queries": queries}))
            return
        self.stdout.write("\n".join(line for name, one in explained.items() for line in in_lines(name, one)))

    def _describe_explain(self, parser: CommandParser) -> None:
        parser.add_argument("panel", help="the panel's id")
        parser.add_argument("--tenant", required=True, help="the tenant's id, on whose database it is planned")
        parser.add_argument("--dashboard", help="a dashboard's id, for the time range it has there")
        parser.add_argument("--from", dest="start", default="", metavar="TIME", help="now-6h, an ISO 8601 time, …")
        parser.add_argument("--to", dest="stop", default="", metavar="TIME")
        parser.add_argument("--var", dest="variables", action="append", default=[], metavar="NAME=VALUE", help="may be repeated")
        parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
        parser.set_defaults(run=self.explain)


def _policy_of(slug: str) -> Policy:
    try:
        return catalogue.policy(find_tenant(slug))
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
