"""A tenant whose database stands behind a network that can be broken."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from paneldash.embedded import EmbeddedServer
from tenants import connections, session_options
from tenants.models import Tenant
from tenants.pool import Pool
from tenants.tests.proxy import Proxy


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A small pool of this test's own in place of the process's."""
    small = Pool(per_tenant=2, total=4)
    monkeypatch.setattr(connections, "_pool", small)
    yield small
    assert small.figures()["in_use"] == 0
    small.close_all()
    assert small.figures()["open"] == 0


@pytest.fixture
def proxy(embedded_server: EmbeddedServer) -> Iterator[Proxy]:
    made = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    yield made
    made.close()


@pytest.fixture
def far(
    make_tenant: Callable[..., Tenant], acme_database: dict, proxy: Proxy, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> Tenant:
    """Acme's database, reached through the proxy; who connects waits for two seconds, the least there is."""
    monkeypatch.setattr(session_options, "CONNECT_SECONDS", 2)
    return make_tenant("far", {**acme_database, "host": "127.0.0.1", "port": proxy.port})


@pytest.fixture(scope="session")
def connect(embedded_server: EmbeddedServer) -> Callable[[], psycopg.Connection]:
    url = embedded_server.url("postgres")
    return lambda: psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=on")
