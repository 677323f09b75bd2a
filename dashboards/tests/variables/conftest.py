"""A dashboard of servers in regions: a variable of each kind, and a panel that says what it was asked with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from datasources.results import forget_results

SERVERS = "DROP TABLE IF EXISTS servers; CREATE TABLE servers (region text, name text, cores int); INSERT INTO servers VALUES "
ROWS = "('eu', 'web-01', 4), ('eu', 'web-02', 8), ('us', 'db-01', 16)"
REGION = {"name": "region", "kind": "custom", "options": [{"value": "eu", "text": "Europe"}, "us", "mars"]}
SERVER = {
    "name": "server",
    "kind": "query",
    "label": "Server",
    "data_source": {
        "sql": "SELECT name AS value, name || ' (' || cores || ')' AS text FROM servers WHERE region = :region ORDER BY 1"
    },
    "multi": True,
    "all": True,
}
PANEL = {
    "type": "table",
    "title": "$server in ${region:text} $5",
    "description": "Of ${server:csv}",
    "data_source": {"sql": "SELECT name, cores FROM servers WHERE name IN (:server) ORDER BY 1"},
}


@pytest.fixture
def make_board(acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Callable[..., Dashboard]:
    def make(*variables: dict[str, Any], panel: dict[str, Any] = PANEL, **placement: Any) -> Dashboard:
        admin_sql(acme_database, SERVERS + ROWS)
        Panel.objects.create(slug="one", title=panel["title"], panel_type=panel["type"], document=panel)
        board = Dashboard.objects.create(slug="board", name="Board", variables=list(variables))
        Placement.objects.create(dashboard=board, panel_slug="one", **placement)
        forget_results()
        return board

    return make


@pytest.fixture
def look(client: Client, bob: Any) -> Callable[..., Any]:
    """A panel's fragment."""
    client.force_login(bob)
    return lambda query="", door="", **headers: client.get(f"/t/acme/d/board/panels/one/{door}{query}", headers=headers)
