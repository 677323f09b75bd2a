"""A further database of Acme's, reached over TCP as those of data sources are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from paneldash.embedded import EmbeddedServer
from tenants import session_options
from tenants.models import Tenant
from tenants.tests.proxy import Proxy

SETUP = "CREATE TABLE place (name text); INSERT INTO place VALUES ('further')"


@pytest.fixture
def wire(embedded_server: EmbeddedServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The server's port, which the installation allows; who connects waits for two seconds, the least there is."""
    monkeypatch.setattr(session_options, "CONNECT_SECONDS", 2)
    made = Proxy(embedded_server.socket_folder / ".s.PGSQL.5432")
    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{made.port}"]
    yield made
    made.close()


@pytest.fixture(scope="session")
def further_database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("further", SETUP)


@pytest.fixture
def make_postgres(wire: Proxy, further_database: dict) -> Callable[..., DataSource]:
    """Make a data source that leads to the further database: `make_postgres(acme, password="…", timeout_ms=…)`."""

    def make(tenant: Tenant | None, *, slug: str = "other", password: str | None = None, **changes: Any) -> DataSource:
        kind = SOURCE_KINDS["postgres"]
        facts = {name: changes.pop(name) for name in ("timeout_ms", "is_open") if name in changes}
        where = {"host": "127.0.0.1", "port": wire.port, "database": further_database["database"], "sslmode": "disable"}
        its = kind.settings.model_validate({**where, "user": further_database["user"], **changes})
        source = DataSource.objects.create(
            tenant=tenant, kind="postgres", slug=slug, name="The other", settings=its.model_dump(mode="json"), **facts
        )
        source.secrets_token = kind.seal(source.pk, its, {"password": password or further_database["password"]})
        source.save()
        return source

    return make
