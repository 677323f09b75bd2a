"""`manage.py tenants`: tenants from the shell. Exit status 0 or 1, one clear line an error, `--json` for programs."""

import json
import os
import secrets
import sys
from argparse import SUPPRESS
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from tenants.connection_test import examine, record
from tenants.credentials import CredentialsError, tenant_password
from tenants.grant_run import GrantFailed, run_as_owner
from tenants.grants import Reader, hardening_sql, reader_sql
from tenants.models import Tenant
from tenants.one_status import OneStatusCommand
from tenants.rotation import rotate
from tenants.session_options import schemas, statement_timeout_ms

ADMIN_URL = "PANELDASH_ADMIN_URL"
Options = dict[str, Any]


class Command(OneStatusCommand):
    help = "Tenants from the shell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        self._subcommand(commands, "list", self.list_all, "all tenants")
        self._describe_add(self._subcommand(commands, "add", self.add, "register a tenant's database"))
        test = self._subcommand(commands, "test", self.test, "connect, and say what the role may do")
        remove = self._subcommand(commands, "remove", self.remove, "forget a tenant; its database stays as it is")
        grant = self._subcommand(commands, "grant-reader", self.grant_reader, "the SQL that makes a read-only role")
        for parser_of_one in (test, remove, grant):
            parser_of_one.add_argument("slug", help="the tenant's id")
        self._describe_grant(grant)
        self._subcommand(commands, "rotate-keys", self.rotate_keys, "encrypt all passwords under the newest key")

    def handle(self, *args: object, **options: Any) -> None:
        options["run"](options)

    def list_all(self, options: Options) -> None:
        tenants = Tenant.objects.all()
        items = [_described(tenant) for tenant in tenants]
        lines = [f"{one.slug:<20} {one.name:<30} {_state(one):<9} {one.get_test_verdict_display()}" for one in tenants]
        self._say(options, {"items": items, "count": len(items)}, lines or ["There are no tenants."])

    def add(self, options: Options) -> None:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise CommandError("No password came from standard input.")
        names = ("slug", "name", "host", "port", "database", "user", "sslmode", "time_zone")
        tenant = Tenant(**{name: options[name] for name in names}, search_path=",".join(options["schema"] or ["public"]))
        tenant.ca_certificate = _read(options["ca_file"])
        try:
            tenant.full_clean()
            with transaction.atomic():
                tenant.save()
                tenant.set_password(password)
                tenant.save()
        except ValidationError as error:
            said = (f"{name}: {' '.join(errors)}" for name, errors in error.message_dict.items())
            raise CommandError("; ".join(said)) from error
        except CredentialsError as error:
            raise CommandError(str(error)) from error
        line = f"Tenant {tenant.slug} is registered. Next: manage.py tenants test {tenant.slug}"
        self._say(options, _described(tenant), [line])

    def test(self, options: Options) -> None:
        tenant = _find(options["slug"])
        report = examine(tenant)
        record(tenant, report)
        lines = [f"{finding.severity:<8} {finding.sentence}" for finding in report.findings]
        self._say(options, {"tenant_id": tenant.slug, "verdict": report.verdict, **asdict(report)}, lines)
        if not report.is_fit:
            sys.exit(1)

    def remove(self, options: Options) -> None:
        tenant = _find(options["slug"])
        tenant.delete()
        line = f"Tenant {tenant.slug} is forgotten; its database is as it was."
        self._say(options, {"removed": tenant.slug}, [line])

    def grant_reader(self, options: Options) -> None:
        tenant = _find(options["slug"])
        role, wanted = options["role"] or tenant.user, tuple(options["schema"] or schemas(tenant))
        keeps_password = options["admin_url"] is None and role == tenant.user and bool(tenant.password_token)
        password = tenant_password(tenant) if keeps_password else secrets.token_urlsafe(24)
        reader = Reader(role, password, tenant.database, wanted, statement_timeout_ms(tenant))
        statements = reader_sql(reader) + (hardening_sql(reader) if options["harden"] else [])
        if options["admin_url"] is None:
            self._print_grant(options, reader, [statement.as_string() for statement in statements], is_new=not keeps_password)
            return
        try:
            warnings = run_as_owner(self._admin_url(options["admin_url"]), tenant, reader, statements)
        except GrantFailed as error:
            raise CommandError(str(error)) from error
        tenant.user = role
        tenant.search_path = ",".join(wanted)
        tenant.set_password(reader.password)
        tenant.save()
        line = f"The role {role} may read {reader.database}, and {tenant.slug} uses it from now on."
        self._say(options, {"role": role, "warnings": warnings}, [line, *(f"warning  {said}" for said in warnings)])

    def rotate_keys(self, options: Options) -> None:
        try:
            changed, current, unreadable = rotate()
        except CredentialsError as error:
            raise CommandError(str(error)) from error
        line = f"{changed} encrypted anew, {current} already under the newest key, {len(unreadable)} unreadable."
        answer = {"changed": changed, "current": current, "unreadable": unreadable}
        self._say(options, answer, [line] if unreadable else [line, "The older keys may go."])
        if unreadable:
            raise CommandError(f"No key opens the secrets of: {', '.join(unreadable)}. Keep the older keys.")

    def _subcommand(self, commands: Any, name: str, run: Callable[[Options], None], text: str) -> CommandParser:
        parser = commands.add_parser(name, help=text)
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help="answer in JSON, for programs")
        parser.set_defaults(run=run)
        return parser

    def _describe_add(self, add: CommandParser) -> None:
        add.add_argument("slug", help="the tenant's id")
        for name in ("name", "host", "database", "user"):
            add.add_argument(f"--{name}", required=True)
        add.add_argument("--port", type=int, default=5432)
        add.add_argument("--sslmode", choices=Tenant.SslMode.values, default=Tenant.SslMode.VERIFY_FULL.value)
        add.add_argument("--ca-file", type=Path, help="the certificate (PEM) that signed the server's")
        add.add_argument("--time-zone", default="UTC")
        add.add_argument("--schema", action="append", help="a schema panels may read, instead of public; may be repeated")
        add.add_argument("--password-stdin", action="store_true", required=True, help="the password is the first line")

    def _describe_grant(self, grant: CommandParser) -> None:
        grant.add_argument("--role", help="the role's name, instead of the tenant's own")
        grant.add_argument("--schema", action="append", help="a schema to read, instead of the tenant's; may be repeated")
        grant.add_argument("--harden", action="store_true", help="also take from PUBLIC what no reader needs")
        grant.add_argument(
            "--admin-url",
            nargs="?",
            const="",
            metavar="URL",
            help=f"run it as this owner or superuser; without a URL it comes from {ADMIN_URL} or standard input, "
            "where no list of processes shows its password",
        )

    def _admin_url(self, given: str) -> str:
        return given or os.environ.get(ADMIN_URL) or sys.stdin.readline().strip()

    def _print_grant(self, options: Options, reader: Reader, statements: list[str], *, is_new: bool) -> None:
        """A stored password is in the statements as its verifier, and shown nowhere; a new one is shown once."""
        script = ["BEGIN;", *(f"{statement};" for statement in statements), "COMMIT;"]
        who = "a superuser" if options["harden"] else "its owner, who may make roles (CREATEROLE), or as a superuser"
        note = f"-- Run this in the database {reader.database} as {who}."
        self._say(
            options, {"role": reader.role, "password": reader.password if is_new else None, "statements": script}, [note, *script]
        )
        if not options["json"]:
            shown = f", shown only here: {reader.password}" if is_new else " is the one that is stored; the SQL holds its hash."
            self.stderr.write(f"The password of {reader.role}{shown}")

    def _say(self, options: Options, answer: dict[str, Any], lines: list[str]) -> None:
        self.stdout.write(json.dumps(answer) if options["json"] else "\n".join(lines))


def _find(slug: str) -> Tenant:
    try:
        return Tenant.objects.get(slug=slug)
    except Tenant.DoesNotExist as error:
        raise CommandError(f"There is no tenant “{slug}”.") from error


def _described(tenant: Tenant) -> dict[str, Any]:
    names = ("name", "host", "port", "database", "user", "sslmode", "time_zone", "test_verdict")
    facts = {name: getattr(tenant, name) for name in names}
    return {"tenant_id": tenant.slug, **facts, "enabled": tenant.is_active}


def _state(tenant: Tenant) -> str:
    return "enabled" if tenant.is_active else "disabled"


def _read(file: Path | None) -> str:
    try:
        return file.read_text() if file else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read.") from error
