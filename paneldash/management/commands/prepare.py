"""`manage.py prepare`: everything between a database and the first request, in one process. Safe to run again."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit.retention import make_partitions

MIGRATION_LOCK = 7_263_541


class Command(BaseCommand):
    help = "Check the settings, migrate the central database, make the demo and collect static files."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-static", action="store_true", help="leave static files where they are")

    def handle(self, *, no_static: bool, **_: Any) -> None:
        self._check()
        self._migrate()
        make_partitions()
        call_command("demo", stdout=self.stdout)
        if not no_static:
            self._collect_static()

    def _check(self) -> None:
        found = checks.run_checks(databases=["default"])
        errors = [message for message in found if message.is_serious()]
        if errors:
            raise CommandError("\n".join(f"{error.id}: {error.msg} {error.hint or ''}".strip() for error in errors))

    def _migrate(self) -> None:
        """One process at a time: several hosts may start at once."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            executor = MigrationExecutor(connection)
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
            if missing:
                self._say(f"Applying {missing} migrations to the central database")
                call_command("migrate", verbosity=0, interactive=False)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])

    def _collect_static(self) -> None:
        state, stamp = static_state(), Path(settings.STATIC_ROOT, ".state")
        is_listed = Path(settings.STATIC_ROOT, settings.STATIC_MANIFEST).exists()
        if not is_listed or not stamp.exists() or stamp.read_text() != state:
            self._say("Compressing static files")
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(state)

    def _say(self, text: str) -> None:
        self.stdout.write(f"  {text}")
        self.stdout.flush()


def static_state() -> str:
    """Changes when a static file does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
