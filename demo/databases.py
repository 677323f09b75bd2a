"""The demo tenants' databases: made beside the central one, each with a read-only role of its own."""

import contextlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from demo.fill import create_tables, fill
from demo.tenants import DemoTenant

SCHEMA = sql.Identifier("public")


@contextlib.contextmanager
def owner_connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection with the central database's own role, to a database of the same server."""
    with psycopg.connect(**_server(), dbname=database, connect_timeout=5, application_name="paneldash demo") as connection:
        yield connection


def database_name(tenant: DemoTenant) -> str:
    return f"paneldash_demo_{tenant.slug}"


def role_name(tenant: DemoTenant) -> str:
    return f"paneldash_demo_{tenant.slug}_reader"


def make_database(tenant: DemoTenant) -> bool:
    """Make the tenant's database unless there is one. True when it was made."""
    with owner_connection(settings.DATABASES["default"]["NAME"]) as connection:
        connection.autocommit = True
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database_name(tenant)]).fetchone():
            return False
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database_name(tenant))))
        return True


def fill_database(tenant: DemoTenant) -> None:
    """Tables and history up to now; all of it or nothing."""
    now = datetime.now(UTC)
    with owner_connection(database_name(tenant)) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        create_tables(connection)
        fill(connection, tenant, now - tenant.history, now)
    with owner_connection(database_name(tenant)) as connection:
        connection.autocommit = True
        connection.execute("ANALYZE")


def is_filled(tenant: DemoTenant) -> bool:
    with owner_connection(database_name(tenant)) as connection:
        found = connection.execute("SELECT to_regclass('public.metrics') IS NOT NULL").fetchone()
    return bool(found and found[0])


def make_reader(tenant: DemoTenant) -> str:
    """Make the read-only role, or give it a new password; answers the password."""
    role, database, password = (
        sql.Identifier(role_name(tenant)),
        sql.Identifier(database_name(tenant)),
        secrets.token_urlsafe(24),
    )
    with owner_connection(database_name(tenant)) as connection:
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role_name(tenant)]).fetchone()
        verb = sql.SQL("ALTER" if exists else "CREATE")
        connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(password)))
        for statement in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        ):
            connection.execute(sql.SQL(statement).format(database=database, role=role, schema=SCHEMA))
    return password


def _server() -> dict[str, Any]:
    central = settings.DATABASES["default"]
    where = {"host": central["HOST"], "port": central["PORT"], "user": central["USER"], "password": central["PASSWORD"]}
    return {name: value for name, value in where.items() if value}
