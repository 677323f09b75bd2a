"""`manage.py tenants`: tenants from the shell. Exit status 0 or 1, one clear line an error, `--json` for programs."""

import json
import os
import secrets
import sys
from argparse import SUPPRESS
from typing import Any

import psycopg
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from tenants.connection_test import examine
from tenants.grants import Reader, hardening_sql, reader_sql
from tenants.models import Tenant
from tenants.resolve import HostRefused, check_host
from tenants.rotation import rotate
from tenants.session_options import schemas, statement_timeout_ms

ADMIN_URL = "GRANT_ADMIN_URL"


class Command(BaseCommand):
    help = "Tenants from the shell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        self._add(commands, "list", self.list_all, "all tenants")
        add = self._add(commands, "add", self.add, "register a tenant's database")
        add.add_argument("slug")
        for name in ("name", "host", "database", "user"):
            add.add_argument(f"--{name}", required=True)
        add.add_argument("--port", type=int, default=5432)
        add.add_argument("--sslmode", choices=Tenant.SslMode.values, default=Tenant.SslMode.VERIFY_FULL.value)
        add.add_argument("--time-zone", default="UTC")
        add.add_argument("--password-stdin", action="store_true", required=True, help="read the password from standard input")
        self._add(commands, "test", self.test, "connect, and say what the role may do").add_argument("slug")
        self._add(commands, "remove", self.remove, "forget a tenant; its database stays").add_argument("slug")
        grant = self._add(commands, "grant-reader", self.grant_reader, "the SQL that makes a read-only role")
        grant.add_argument("slug")
        grant.add_argument("--role", help="the role's name; the tenant's own without it")
        grant.add_argument("--harden", action="store_true", help="also take from PUBLIC what only harm needs")
        grant.add_argument("--apply", action="store_true", help=f"run it, with the owner's address in the environment's {ADMIN_URL}")
        self._add(commands, "rotate-keys", self.rotate_keys, "encrypt all passwords under the newest key")

    def _add(self, commands: Any, name: str, run: Any, text: str) -> CommandParser:
        parser = commands.add_parser(name, help=text)
        parser.add_argument("--json", action="store_true", default=SUPPRESS, help="answer in JSON, for programs")
        parser.set_defaults(run=run)
        return parser

    def handle(self, *args: object, **options: Any) -> None:
        options["run"](options)

    def list_all(self, options: dict[str, Any]) -> None:
        found = [
            {"tenant_id": tenant.slug, "name": tenant.name, "host": tenant.host, "database": tenant.database, "enabled": tenant.is_active}
            for tenant in Tenant.objects.all()
        ]
        lines = [f"{one['tenant_id']:<20} {one['name']:<30} {'enabled' if one['enabled'] else 'disabled'}" for one in found]
        self._say(options, {"items": found, "count": len(found)}, lines or ["There are no tenants."])

    def add(self, options: dict[str, Any]) -> None:
        password = sys.stdin.readline().rstrip("\r\n")
        fields = {name: options[name] for name in ("slug", "name", "host", "port", "database", "user", "sslmode", "time_zone")}
        tenant = Tenant(**fields)
        try:
            check_host(tenant.host)
            tenant.full_clean()
        except HostRefused as error:
            raise CommandError(f"--host: {error}") from error
        except ValidationError as error:
            raise CommandError("; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())) from error
        if not password:
            raise CommandError("No password came from standard input.")
        with transaction.atomic():
            tenant.save()
            tenant.set_password(password)
            tenant.save()
        self._say(options, {"tenant_id": tenant.slug}, [f"Tenant {tenant.slug} is registered. Try: manage.py tenants test {tenant.slug}"])

    def test(self, options: dict[str, Any]) -> None:
        report = examine(self._tenant(options))
        findings = [{"severity": finding.severity, "sentence": finding.sentence} for finding in report.findings]
        answer = {
            "reachable": report.reachable, "server_version": report.server_version, "latency_ms": report.latency_ms,
            "encrypted": report.encrypted, "can_write": report.can_write, "findings": findings,
        }  # fmt: skip
        self._say(options, answer, [f"{finding.severity:<8} {finding.sentence}" for finding in report.findings])
        if not report.is_fit:
            raise SystemExit(1)

    def remove(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        slug = tenant.slug
        tenant.delete()
        self._say(options, {"removed": slug}, [f"Tenant {slug} is forgotten; its database is as it was."])

    def grant_reader(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        role, password = options["role"] or tenant.user, secrets.token_urlsafe(24)
        reader = Reader(role, password, tenant.database, schemas(tenant), statement_timeout_ms(tenant))
        if not options["apply"]:
            statements = reader_sql(reader) + (hardening_sql(reader) if options["harden"] else [])
            text = [f"{statement.as_string()};" for statement in statements]
            notes = ["-- Run this in the tenant's database as its owner; the password is shown only here."]
            self._say(options, {"statements": text}, notes + text)
            return
        self._run_as_owner(reader, harden=options["harden"])
        tenant.user = role
        tenant.set_password(password)
        tenant.save()
        self._say(options, {"role": role}, [f"The role {role} may read {tenant.database}, and {tenant.slug} uses it from now on."])

    def _run_as_owner(self, reader: Reader, *, harden: bool) -> None:
        address = os.environ.get(ADMIN_URL)
        if not address:
            raise CommandError(f"Put the owner's address into the environment as {ADMIN_URL}; it is not taken as an argument.")
        try:
            with psycopg.connect(address) as owner:
                exists = owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [reader.role]).fetchone() is not None
                for statement in reader_sql(reader, exists=exists) + (hardening_sql(reader) if harden else []):
                    owner.execute(statement)
        except psycopg.Error as error:
            raise CommandError(f"The owner's connection failed: {error.diag.message_primary or type(error).__name__}") from error

    def rotate_keys(self, options: dict[str, Any]) -> None:
        changed, unreadable = rotate()
        lines = [f"{changed} passwords are encrypted anew; the older keys may go."]
        if unreadable:
            lines = [f"{changed} passwords are encrypted anew. No key opens those of: {', '.join(unreadable)}. Keep looking for theirs."]
        self._say(options, {"changed": changed, "unreadable": unreadable}, lines)
        if unreadable:
            raise SystemExit(1)

    def _tenant(self, options: dict[str, Any]) -> Tenant:
        try:
            return Tenant.objects.get(slug=options["slug"])
        except Tenant.DoesNotExist as error:
            raise CommandError(f"There is no tenant “{options['slug']}”.") from error

    def _say(self, options: dict[str, Any], answer: dict[str, Any], lines: list[str]) -> None:
        for line in [json.dumps(answer)] if options["json"] else lines:
            self.stdout.write(line)
