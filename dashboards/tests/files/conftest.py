"""A table on a board, to be downloaded."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from tenants.models import User

URL = "/t/acme/d/board/panels/result/"


@pytest.fixture
def make(client: Client, bob: User) -> Callable[..., None]:
    """Put a table over this SQL on Acme's board, which Bob has open."""
    client.force_login(bob)
    board = Dashboard.objects.create(slug="board", name="Board", scope="all")
    Placement.objects.create(dashboard=board, panel_slug="result")

    def panel(sql: str, title: str = "Result", **document: Any) -> None:
        whole = {"type": "table", "title": title, "data_source": {"sql": sql}, **document}
        Panel.objects.create(slug="result", title=title, panel_type="table", scope="all", document=whole)

    return panel
