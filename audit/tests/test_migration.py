"""The migration, there and back, and as roles that may less than a superuser."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from paneldash.embedded import EmbeddedServer

DATABASE, ROLE = "test_audit_migration", "test_audit_migration_app"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.django_db(transaction=True)
def test_it_goes_back_and_forward_again() -> None:
    def migrate(target: str | None) -> None:
        MigrationExecutor(connection).migrate([("audit", target)])

    left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'audit_event%'"
    migrate(None)
    try:
        with connection.cursor() as cursor:
            cursor.execute(left)
            assert cursor.fetchone() == (0,)
    finally:
        migrate("0001_events")
    with connection.cursor() as cursor:
        cursor.execute(left)
        assert cursor.fetchone()[0] > 5


@pytest.fixture
def manage(request: pytest.FixtureRequest, embedded_server: EmbeddedServer) -> Iterator[Run]:
    """`manage.py` of an installation whose role owns its database, and has the rights of the parameter."""
    rights = getattr(request, "param", "")
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"DROP ROLE IF EXISTS {ROLE}")
        admin.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'correct-horse' {rights}")
        admin.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
    url = f"postgres://{ROLE}:correct-horse@{embedded_server.url(DATABASE).partition('@')[2]}"

    def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        environment = {**os.environ, "DATABASE_URL": url, "AUDIT_RETENTION_DAYS": "400"}
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, input=stdin, capture_output=True, text=True, check=False
        )

    yield run
    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        admin.execute(f"DROP ROLE {ROLE}")


def holes(manage: Run) -> list[str]:
    """What `audit status` says stands open."""
    status = manage("audit", "status")
    assert status.returncode == 1
    return status.stdout.splitlines()


@pytest.mark.parametrize("manage", ["CREATEROLE CREATEDB"], indirect=True)
def test_what_the_migration_leaves_open_is_said(manage: Run) -> None:
    """The server has an owner for events already, made by somebody else: a role that makes roles must not fail over it."""
    assert manage("migrate", "audit").returncode == 0
    table, roles, database = holes(manage)
    assert "owns the table" in table
    assert "may make roles" in roles
    assert "owns the database" in database


def test_a_superuser_seals_it_after(manage: Run, embedded_server: EmbeddedServer) -> None:
    """Through the commands, as an operator does it."""
    assert manage("migrate", "audit").returncode == 0
    table, database = holes(manage)
    assert "owns the table" in table
    assert "owns the database" in database
    refused = manage("audit", "seal", "--admin-url", "postgres://nobody:CANARY@127.0.0.1:1/x")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "CANARY" not in refused.stderr
    sealed = manage("audit", "seal", "--admin-url", stdin=embedded_server.url("postgres"))
    assert sealed.returncode == 0, sealed.stderr
    after = manage("audit", "status")
    assert (after.returncode, after.stderr) == (0, "")
    assert "Nothing younger than 400 days can be dropped." in after.stdout
    assert manage("audit", "partitions").stdout == "All are there.\n"
    assert manage("audit", "prune").stdout == "Nothing is old enough.\n"
    assert "correct-horse" not in sealed.stdout + sealed.stderr
