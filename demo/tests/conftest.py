"""The demo, made on the tests' own server: databases once for all tests, the central rows for each of them anew."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from psycopg import sql

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


@pytest.fixture
def demo(demo_databases: None, db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What `manage.py demo` makes."""
    monkeypatch.setenv("PANELDASH_DEMO_PASSWORD", PASSWORD)
    call_command("demo")
    capsys.readouterr()


def drop_databases(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        for tenant in TENANTS:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database_name(tenant))))
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role_name(tenant))))
