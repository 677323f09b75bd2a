"""Fixtures for every test: a real PostgreSQL, tenants with databases of their own, and the cast.

`ada` edits at Acme, `bob` views at Acme, `eve` edits at Globex and must never see Acme; `root` is the platform admin.
"""

import contextlib
import functools
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from paneldash.embedded import EmbeddedServer
from paneldash.home import default_home

PASSWORD = "correct horse battery staple"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
# How long an example takes says more about the machine than about us.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("house")
# A superuser may switch off the triggers that refuse it; each partition has its own.
FORGET_EVENTS = """DO $$ DECLARE
  parts regclass[] := ARRAY(SELECT 'audit_event'::regclass UNION ALL
                            SELECT inhrelid FROM pg_inherits WHERE inhparent = 'audit_event'::regclass);
  part regclass;
BEGIN
  FOREACH part IN ARRAY parts LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER audit_no_truncate', part); END LOOP;
  TRUNCATE audit_event;
  FOREACH part IN ARRAY parts LOOP EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER audit_no_truncate', part); END LOOP;
END $$"""
_server = EmbeddedServer(default_home(Path(__file__).parent) / "test", durable=False)
_running = contextlib.ExitStack()


def _prepare() -> None:
    """Have the server running, then let Django read its settings; the last of parallel runs stops it."""
    _running.enter_context(_server.use())
    if not WORKER:
        _settle()
    Path(os.environ["STATIC_ROOT"]).mkdir(parents=True, exist_ok=True)
    django.setup()
    from audit import waiting
    from datasources.load import counting
    from datasources.store import base

    counting.SENT_EVERY_SECONDS = waiting.SENT_EVERY_SECONDS = 3_600.0  # nothing is stored behind a test's back
    base.PATIENCE_SECONDS = 10.0  # a busy machine is not a store that is down
    _look_for_static_files_once()


def _look_for_static_files_once() -> None:
    """Not for each test's client, which makes the middleware anew: 50 ms each, a third of what most tests took."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_files_from_finders(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = add_files_from_finders


def _settle() -> None:
    """The settings of the whole run: a parallel run's workers find them in their environment, keys included."""
    os.environ |= {
        "DATABASE_URL": _server.url("postgres"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TENANT_CREDENTIAL_KEYS": secrets.token_urlsafe(32),
        "TENANT_ALLOW_LOCAL_HOSTS": "true",
        "DEBUG": "false",
        "HTTPS": "false",
        "EMAIL_URL": "memorymail://",
        "API_RATE_WRONG": "0",  # all tests call from one address
        "ENV_FILE": os.devnull,
        "STATIC_ROOT": str(_server.home / "static"),
        "DJANGO_SETTINGS_MODULE": "paneldash.settings",
    }


_prepare()  # now, not in a hook: conftests below this one import models while they are collected


def pytest_unconfigure() -> None:
    _running.close()


@pytest.fixture(autouse=True)
def _no_alias_left() -> Iterator[None]:
    """pytest-django forbids connections to aliases that are known before a test begins."""
    yield
    from tenants import connections

    connections.close_all()


@pytest.fixture(autouse=True)
def _nothing_known() -> None:
    """A test's rows are rolled back, and nobody tells."""
    from audit import refusals, statements
    from audit.waiting import queue
    from tenants.known import forget_all
    from tenants.tokens import refusing

    forget_all()
    queue.empty()
    for seldom in (refusals.seldom, refusals.tries, statements.panel_runs, statements.refusals, refusing.told):
        seldom.forget()


@pytest.fixture(autouse=True)
def _no_event_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test commits is emptied after it, but for the events, which nobody may delete and the next test would find."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or "live_server" in request.fixturenames or (marker and marker.kwargs):
        from django.db import connection

        with psycopg.connect(_server.url(str(connection.settings_dict["NAME"])), autocommit=True) as superuser:
            if superuser.execute("SELECT FROM audit_event LIMIT 1").fetchone() is not None:
                superuser.execute(FORGET_EVENTS)


@pytest.fixture(autouse=True)
def _no_use_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that writes when a token was used would outlive its test. Whose test it is calls `write_use`."""
    from tenants.tokens.used import uses

    monkeypatch.setattr(uses, "note", lambda token: None)


@pytest.fixture(autouse=True)
def _no_mail_under_way() -> Iterator[None]:
    """One test's mail must not arrive in the next one's outbox."""
    yield
    wait_for_mail()


def wait_for_mail() -> None:
    """Until no mail is under way: it is sent while nobody waits."""
    from tenants import mail

    deadline = time.monotonic() + 30
    while mail._unsent:
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(scope="session")
def embedded_server() -> EmbeddedServer:
    return _server


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


@pytest.fixture
def spend_budget(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Spend what a tenant's database may work in this minute; it is the same minute until the test is over."""
    from datasources.budget import budget

    now = time.time()
    monkeypatch.setattr(budget, "_clock", lambda: now)
    return lambda tenant: budget.spend(tenant, 10_000.0)  # type: ignore[arg-type]


@pytest.fixture
def admin_sql(embedded_server: EmbeddedServer) -> Callable[..., None]:
    """Run SQL as the owner in a tenant's database: `admin_sql(acme_database, "CREATE TABLE …")`."""

    def run(database: dict, statements: str) -> None:
        with psycopg.connect(embedded_server.url(database["database"]), autocommit=True) as owner:
            owner.execute(statements)

    return run


@pytest.fixture(scope="session")
def prometheus() -> Iterator[object]:
    """A real Prometheus with a month of history, one a worker."""
    from datasources.tests.prometheus.real import RealPrometheus

    with RealPrometheus() as running:
        yield running


@pytest.fixture
def make_prometheus(db: None, prometheus: object, settings: object) -> Callable[..., object]:
    """A data source of the real Prometheus: `make_prometheus("metrics", tenant=acme, flavour="victoriametrics")`."""
    from datasources.models import DataSource
    from datasources.prometheus.gate import gates

    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{prometheus.port}"]  # type: ignore[attr-defined]
    gates.forget()

    def make(slug: str = "metrics", *, tenant: object = None, **its: object) -> DataSource:
        return DataSource.objects.create(
            slug=slug, name=slug.title(), kind="prometheus", tenant=tenant, is_open=tenant is None, is_default=True,
            settings={"url": prometheus.url, **its},  # type: ignore[attr-defined]
        )  # fmt: skip

    return make
