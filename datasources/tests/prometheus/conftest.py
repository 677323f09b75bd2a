"""A real Prometheus as Acme's source, and a server that answers what a test says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.prom_queries import PromQuery
from datasources.prometheus.gate import gates
from datasources.prometheus.server import Server
from datasources.prometheus.source import PrometheusSource
from datasources.sources import source_of
from datasources.timerange import TimeRange
from tenants.models import Tenant
from tenants.outbound.client import pools
from tenants.tests.outbound.server import Server as PlayedServer
from tenants.tests.outbound.server import send

NOTHING = orjson.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}})
RANGE = TimeRange(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def source(acme: Tenant, make_prometheus: Callable[..., Any]) -> PrometheusSource:
    """Acme's Prometheus, which is a real one."""
    make_prometheus(tenant=acme, scrape_interval="30m")
    found = source_of(acme, language="promql", platform=False)
    assert isinstance(found, PrometheusSource)
    return found


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What was asked of any Prometheus: the path and its fields."""
    seen: list[tuple[str, dict[str, str]]] = []
    ask = Server.ask

    def note(self: Server, path: str, fields: Any, **more: Any) -> Any:
        seen.append((path, dict(fields)))
        return ask(self, path, fields, **more)

    monkeypatch.setattr(Server, "ask", note)
    return seen


@pytest.fixture
def server(settings: Any) -> Iterator[PlayedServer]:
    made = PlayedServer()
    settings.OUTBOUND_NETWORKS = [f"127.0.0.1:{made.port}"]
    gates.forget()
    made.answer = lambda handler: send(handler, NOTHING)
    yield made
    made.close()
    pools.forget()


@pytest.fixture
def row(server: PlayedServer, acme: Tenant) -> Callable[..., DataSource]:
    def make(secrets: dict[str, str] | None = None, **its: Any) -> DataSource:
        kind = SOURCE_KINDS["prometheus"]
        made = DataSource.objects.create(
            slug="metrics", name="Metrics", kind="prometheus", tenant=acme, is_default=True, timeout_ms=1_000,
            settings={"url": f"{server.url}/prefix", **its},
        )  # fmt: skip
        made.secrets_token = kind.seal(made.pk, kind.settings.model_validate(made.settings), secrets or {})
        made.save()
        return made

    return make


@pytest.fixture
def ask(row: Callable[..., DataSource], acme: Tenant) -> Callable[..., Any]:
    """Ask the server, set up as said."""

    def run(text: str = "up", **facts: Any) -> Any:
        if not DataSource.objects.exists():
            row(**facts)
        return source_of(acme, language="promql", platform=False).run({"s": PromQuery(text=text, time_range=RANGE)})

    return run
