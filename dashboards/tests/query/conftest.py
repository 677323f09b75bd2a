"""A panel of loads on Acme's board, whose query Ada writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement

TEXT = "SELECT $__timeGroup(at, '5m') AS time, host, avg(load) AS value FROM loads WHERE $__timeFilter(at) GROUP BY 1, 2"
URL = "/t/acme/d/board/panels/load/query/"
TABLE = """
DROP TABLE IF EXISTS loads;
CREATE TABLE loads (at timestamptz NOT NULL, host text, load float8);
INSERT INTO loads SELECT now() - n * interval '1 min', 'web-' || n % 2, n FROM generate_series(1, 300) n;
CREATE INDEX ON loads (at);
"""


@pytest.fixture
def own(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Panel:
    """Acme's own panel on its own board."""
    admin_sql(acme_database, TABLE)
    document = {"type": "timeseries", "title": "Load", "data_source": {"sql": TEXT}}
    panel = Panel.objects.create(
        slug="load", title="Load", panel_type="timeseries", document=document, scope="tenant", tenant=acme
    )
    board = Dashboard.objects.create(slug="board", name="Board", scope="tenant", tenant=acme)
    Placement.objects.create(dashboard=board, panel_slug="load")
    return panel


@pytest.fixture
def shared(own: Panel) -> Panel:
    """The same, shared with all."""
    own.scope, own.tenant = Panel.Scope.ALL, None
    own.save()
    return own


@pytest.fixture
def as_ada(ada: Any, client: Client) -> Client:
    client.force_login(ada)
    return client


def sent(client: Client, do: str, text: str = TEXT, *, version: int = 1, url: str = URL, **fields: Any) -> Any:
    return client.post(url, {"do": do, "text": text, "version": version, **fields})


def body(response: Any) -> str:
    return response.content.decode()
