from collections.abc import Callable
from typing import Any

import pytest

from datasources.prometheus.server import Server
from datasources.prometheus.source import PrometheusSource
from datasources.sources import source_of
from tenants.models import Tenant


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
