"""What every command says of what it cannot help."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError, connection

from tenants.one_status import OneStatusCommand


class Failing(OneStatusCommand):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def handle(self, *_args, **_options):
        raise self.error


def test_a_database_that_is_away_is_one_line():
    with pytest.raises(CommandError, match=r"^the server is gone$"):
        call_command(Failing(OperationalError("the server is gone\nmore of it")))


def test_a_release_newer_than_the_tables_is_one_line(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tenants_tenant RENAME TO not_yet")
    with pytest.raises(CommandError, match=r"manage\.py migrate"):
        call_command("tenants", "list")


def test_a_mistake_of_ours_keeps_its_trace():
    with pytest.raises(ProgrammingError):
        call_command(Failing(ProgrammingError("syntax error")))
