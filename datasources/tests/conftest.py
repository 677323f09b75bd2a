"""A PostgreSQL with the contrib modules an attack would like to find, and the database the corpora were written for."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from conftest import WORKER
from datasources.tests.cases import CORPUS
from paneldash.binaries import system_binaries
from paneldash.embedded import EmbeddedServer
from paneldash.home import default_home
from tenants.grants import Reader, hardening_sql, reader_sql
from tenants.models import Tenant

TIMEOUT_MS = 2_000
# The hardening takes all functions that are not PostgreSQL's own; what panels need of extensions is given back by name.
GIVE_BACK = """
DO $$
DECLARE wanted regprocedure;
BEGIN
  FOR wanted IN SELECT d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND e.extname IN ('pg_trgm', 'fuzzystrmatch') LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO live_reader', wanted);
  END LOOP;
END $$"""


@pytest.fixture(scope="session")
def contrib_server(monkeypatch_session: pytest.MonkeyPatch) -> Iterator[EmbeddedServer]:
    """The system's own PostgreSQL: the wheel's has no contrib modules. One a worker: its tests crash it."""
    monkeypatch_session.setenv("PANELDASH_PG_BIN", str(system_binaries()))
    server = EmbeddedServer(default_home(Path(__file__).resolve().parents[2]) / f"test-contrib{WORKER}", durable=False)
    with server.use():
        yield server


@pytest.fixture(scope="session")
def monkeypatch_session() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session")
def live(contrib_server: EmbeddedServer) -> dict:
    """The corpora's database with a hardened reader, as our own script makes it; where it is, and who may sign in."""
    name, reader_password = "corpus_live", secrets.token_urlsafe(24)
    with psycopg.connect(contrib_server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for role in ("live_owner", "live_reader"):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
        admin.execute(f"CREATE DATABASE {name}")
    reader = Reader("live_reader", reader_password, name, ("sales",), TIMEOUT_MS)
    with psycopg.connect(contrib_server.url(name), autocommit=True) as admin:
        admin.execute((CORPUS / "fixture.sql").read_text())
        for statement in [*reader_sql(reader), *hardening_sql(reader)]:
            admin.execute(statement)
        admin.execute(GIVE_BACK)
    return {
        "where": {"host": str(contrib_server.socket_folder), "port": 5432, "database": name, "sslmode": "disable"},
        "roles": {"live_owner": "owner", "live_reader": reader_password},
    }


@pytest.fixture
def live_tenant(make_tenant: Callable[..., Tenant], live: dict) -> Callable[..., Tenant]:
    """The corpora's database as a tenant, read as one of its roles: `live_tenant("live_reader")`."""

    def make(role: str, **fields: object) -> Tenant:
        database = {**live["where"], "user": role, "password": live["roles"][role]}
        return make_tenant(role.replace("_", "-"), database, search_path="sales, public", **{"timeout_ms": TIMEOUT_MS, **fields})

    return make
