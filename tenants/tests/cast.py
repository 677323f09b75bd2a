"""Tenants with databases of their own, and the cast.

`ada` edits at Acme, `bob` views at Acme, `eve` edits at Globex and must never see Acme; `root` is the platform admin.
"""

import functools
import secrets
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from conftest import PASSWORD, WORKER
from paneldash.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def tenant_database(embedded_server: EmbeddedServer) -> Iterator[Callable[..., dict]]:
    """Make a database with a read-only role. Call it with a name and SQL that fills it; answers a Tenant's fields."""
    made: list[str] = []

    def make(name: str, setup: str = "") -> dict:
        database, password = f"test_{name}{WORKER}", secrets.token_urlsafe(12)
        role = f"{database}_reader"
        with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
            known = admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
            make_role = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
            admin.execute(make_role.format(sql.Identifier(role), sql.Literal(password)))
        made.append(database)
        with psycopg.connect(embedded_server.url(database), autocommit=True) as owner:
            if setup:
                owner.execute(setup)
            for grant in ("USAGE ON SCHEMA public", "SELECT ON ALL TABLES IN SCHEMA public"):
                owner.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(grant), sql.Identifier(role)))
            owner.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}").format(sql.Identifier(role))
            )
        where = {"host": str(embedded_server.socket_folder), "port": 5432, "database": database, "user": role}
        return {**where, "password": password, "sslmode": "disable"}

    yield make
    from tenants import connections

    with psycopg.connect(embedded_server.url("postgres"), autocommit=True) as admin:
        connections.close_all()
        _drop(admin, *made)


def _drop(admin: psycopg.Connection, *databases: str) -> None:
    """The databases first: a role with rights in any of them could not be dropped."""
    for database in databases:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
    for database in databases:
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{database}_reader")))


@pytest.fixture(scope="session")
def acme_database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("acme")


@pytest.fixture(scope="session")
def globex_database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("globex")


@pytest.fixture
def make_tenant(db: None) -> Callable[..., object]:
    """Make a Tenant row for a database: `make_tenant("acme", acme_database)`."""
    from tenants.models import Tenant

    def make(slug: str, database: dict, **fields: object) -> Tenant:
        settings = {key: value for key, value in database.items() if key != "password"}
        tenant = Tenant.objects.create(slug=slug, name=slug.title(), **{**settings, **fields})
        tenant.set_password(database["password"])
        tenant.save()
        return tenant

    return make


@pytest.fixture
def acme(make_tenant: Callable, acme_database: dict) -> object:
    return make_tenant("acme", acme_database)


@pytest.fixture
def globex(make_tenant: Callable, globex_database: dict) -> object:
    return make_tenant("globex", globex_database)


@pytest.fixture
def make_user(db: None) -> Callable[..., object]:
    from tenants.models import Membership, User

    def make(name: str, **roles: object) -> User:
        """`make_user("ada", editor=acme)`."""
        user = User.objects.create(email=f"{name}@example.com", password=_hashed(), name=name.title())
        for role, tenant in roles.items():
            Membership.objects.create(user=user, tenant=tenant, role=role)
        return user

    return make


@pytest.fixture
def token_for(db: None) -> Callable[..., str]:
    """Make a token and answer its secret: `token_for(ada, scope="read", tenant=acme)`."""
    from tenants.tokens.making import make_token

    def make(user: object, *, scope: str = "write", tenant: object = None, days: int | None = 90, name: str = "script") -> str:
        return make_token(user, name=name, scope=scope, tenant=tenant, days=days)[1]  # type: ignore[arg-type]

    return make


@pytest.fixture
def ada(make_user: Callable, acme: object) -> object:
    return make_user("ada", editor=acme)


@pytest.fixture
def bob(make_user: Callable, acme: object) -> object:
    return make_user("bob", viewer=acme)


@pytest.fixture
def eve(make_user: Callable, globex: object) -> object:
    return make_user("eve", editor=globex)


@pytest.fixture
def root(db: None) -> object:
    from tenants.models import User

    return User.objects.create(email="root@example.com", password=_hashed(), is_staff=True, is_superuser=True)


@functools.cache
def _hashed() -> str:
    """The cast's password, hashed once: Argon2 takes 100 ms on purpose."""
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)
