"""A panel that cannot work on a tenant's data says so in words: what is lacking to editors, and no name to viewers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement

NEEDED = "This panel needs the column orders.discount, which this tenant"
NOT_YET = "This panel cannot work on this tenant"
PANEL = "/t/acme/d/board/panels/needy/"


@pytest.fixture(params=[
    {"sql": "SELECT sum(discount) AS value FROM orders"},
    {"table": "orders", "columns": {"value": "discount"}},
])  # fmt: skip
def needy(request: Any, acme: Any, acme_database: dict, admin_sql: Callable[..., None]) -> Panel:
    admin_sql(acme_database, "CREATE TABLE IF NOT EXISTS orders (id int)")
    board = Dashboard.objects.create(slug="board", name="Board")
    Placement.objects.create(dashboard=board, panel_slug="needy")
    document = {"type": "kpi", "title": "Needy", "data_source": request.param}
    return Panel.objects.create(slug="needy", title="Needy", panel_type="kpi", document=document)


@pytest.mark.parametrize("page", ["", "view/", "csv/", "inspect/"])
def test_editors_are_told_what_is_lacking(client: Client, needy: Panel, ada: Any, page: str) -> None:
    client.force_login(ada)
    assert NEEDED in client.get(PANEL + page).content.decode()


@pytest.mark.parametrize("page", ["", "view/", "csv/"])
def test_viewers_are_told_no_name(client: Client, needy: Panel, bob: Any, page: str) -> None:
    client.force_login(bob)
    body = client.get(PANEL + page).content.decode()
    assert NOT_YET in body
    assert "orders" not in body
    assert "discount" not in body


@pytest.mark.parametrize("call", ["data", "export"])
def test_the_api_tells_viewers_no_name(client: Client, needy: Panel, bob: Any, call: str) -> None:
    client.force_login(bob)
    answer = client.get(f"/api/v1/panels/needy/{call}", {"tenant_id": "acme"})
    assert answer.status_code == 500
    assert answer.json()["detail"] == f"{NOT_YET}'s data yet."


@pytest.mark.parametrize("call", ["data", "export"])
def test_the_api_tells_editors_what_is_lacking(client: Client, needy: Panel, ada: Any, call: str) -> None:
    client.force_login(ada)
    answer = client.get(f"/api/v1/panels/needy/{call}", {"tenant_id": "acme"})
    assert answer.status_code == 500
    assert NEEDED in answer.json()["detail"]


def test_those_who_waited_in_another_process_hear_the_same() -> None:
    from datasources.errors import Lack, QueryFailed
    from datasources.results.outcome import as_outcome, error_of

    error = error_of(as_outcome(QueryFailed("x", detail="y", lack=Lack("column", "orders.discount"))))
    assert (type(error), error.sentence, error.detail, error.lack) == (QueryFailed, "x", "y", Lack("column", "orders.discount"))
