"""The demo, made on the tests' own server: databases once for all tests, and so the central rows."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql
from pytest_django import DjangoDbBlocker

from conftest import PASSWORD
from demo.databases import database_name, role_name
from demo.tenants import TENANTS
from paneldash.embedded import EmbeddedServer
from tenants import connections


@pytest.fixture(scope="session")
def demo_databases(embedded_server: EmbeddedServer) -> Iterator[None]:
    """None at first; gone again at the end."""
    drop_databases(embedded_server)
    yield
    connections.close_all()
    drop_databases(embedded_server)


@pytest.fixture(scope="module")
def demo_rows(demo_databases: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What `manage.py demo` makes, within a transaction of the module's: what a test changes is rolled back to it."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setenv("PANELDASH_DEMO_PASSWORD", PASSWORD)
        with connection.cursor() as cursor:  # the tenants' databases are made meanwhile
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        call_command("demo")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(demo_rows: None, db: None) -> None:
    """The demo, loaded."""


def drop_databases(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        for tenant in TENANTS:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database_name(tenant))))
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role_name(tenant))))
