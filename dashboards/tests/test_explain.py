"""What a panel's queries cost: from the shell, and in the inspector."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from dashboards.models import Dashboard, Panel, Placement
from tenants.models import Tenant, User

TABLE = """
CREATE TABLE metrics (recorded_at timestamptz NOT NULL, host text, load float8) WITH (autovacuum_enabled = off);
INSERT INTO metrics SELECT timestamptz '2026-03-01Z' + n * interval '10 seconds', 'host-' || n % 10, n FROM generate_series(1, 60000) n;
ANALYZE metrics;
"""
LOAD = {
    "type": "timeseries",
    "title": "Load",
    "data_source": {
        "table": "metrics",
        "columns": {"timestamp": "recorded_at", "value": "load"},
        "query": {"where": "host = :host"},
    },
    "variables": {"host": "host-1"},
}
NEEDY = {"type": "kpi", "title": "Needy", "data_source": {"sql": "SELECT :needed AS value"}}
RANGE = {"start": "2026-03-01T00:00Z", "stop": "2026-03-01T01:00Z"}
INDEX = "CREATE INDEX CONCURRENTLY ON metrics (recorded_at, host)"


@pytest.fixture(scope="module")
def database(tenant_database: Callable[..., dict]) -> dict:
    return tenant_database("explain", TABLE)


@pytest.fixture
def shop(make_tenant: Callable[..., Tenant], database: dict) -> Tenant:
    """A tenant with a dashboard and two panels on it."""
    tenant = make_tenant("shop", database)
    board = Dashboard.objects.create(slug="board", name="Board", time_range="2h")
    for slug, document in (("load", LOAD), ("needy", NEEDY)):
        Panel.objects.create(slug=slug, title=document["title"], panel_type=document["type"], document=document)
        Placement.objects.create(dashboard=board, panel_slug=slug)
    return tenant


def explain(panel: str, **options: Any) -> str:
    output = io.StringIO()
    call_command("panels", "explain", panel, tenant="shop", stdout=output, **options)
    return output.getvalue()


def test_sql_plan_cost_and_the_missing_index_are_printed(shop: Tenant) -> None:
    said = explain("load", **RANGE)
    for part in ("series: cost ", 'FROM "public"."metrics"', "$3 = host-1", "  ->  Seq Scan on metrics  (cost=", f"{INDEX};"):
        assert part in said


def test_programs_get_json(shop: Tenant) -> None:
    said = json.loads(explain("load", json=True, **RANGE))
    (query,) = said.pop("queries")
    assert said == {"panel_id": "load", "tenant_id": "shop"}
    assert (query["name"], query["parameters"][2]) == ("series", "host-1")
    assert query["plan"][0].startswith("Sort  (cost=")
    assert query["cost"] > 0
    assert query["rows"] > 0
    assert [hint["statement"] for hint in query["hints"]] == [INDEX]


@pytest.mark.parametrize(("options", "hours"), [({}, 6), ({"dashboard": "board"}, 2)])
def test_the_range_is_the_dashboards_unless_one_is_named(shop: Tenant, options: dict, hours: int) -> None:
    from datetime import datetime

    start, stop = json.loads(explain("load", json=True, **options))["queries"][0]["parameters"][:2]
    assert (datetime.fromisoformat(stop) - datetime.fromisoformat(start)).total_seconds() == hours * 3_600


def test_a_variable_may_be_given(shop: Tenant) -> None:
    assert "$1 = 5" in explain("needy", variables=["needed=5"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope", "--tenant=shop"], "shop has no panel “nope”."),
        (["load", "--tenant=nobody"], "There is no tenant “nobody”."),
        (["load", "--tenant=shop", "--dashboard=nope"], "shop has no dashboard “nope” with a panel “load”."),
        (["load", "--tenant=shop", "--from=soon"], "“from” is not a time: "),
        (["needy", "--tenant=shop"], "This panel needs a value for “needed”. :needed has no value."),
        (["needy", "--tenant=shop", "--var=x"], "--var takes a name and a value: --var x=…."),
    ],
)
def test_an_error_is_one_clear_line(shop: Tenant, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("panels", "explain", *arguments)
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_a_database_that_is_away_is_one_clear_line(shop: Tenant) -> None:
    shop.database = "gone"
    shop.save()
    with pytest.raises(CommandError, match=r"^[^\n]+$"):
        explain("load")


@pytest.fixture
def inspect(client: Client, shop: Tenant, make_user: Callable[..., User]) -> Callable[..., str]:
    def page(panel: str, **query: str) -> str:
        client.force_login(make_user("zoe", editor=shop))
        response = client.get(f"/t/shop/d/board/panels/{panel}/inspect/", query)
        assert response.status_code == 200
        return response.content.decode()

    return page


def test_the_inspector_shows_plan_hints_cost_and_rows(inspect: Callable[..., str]) -> None:
    said = inspect("load", **{"from": RANGE["start"], "to": RANGE["stop"]})
    for part in ("<details>", "Seq Scan on metrics", INDEX, "Estimated cost", "Estimated rows", "$3 = host-1", " ms"):
        assert part in said


def test_the_inspector_says_why_there_is_no_plan(inspect: Callable[..., str]) -> None:
    assert "This panel needs a value for “needed”." in inspect("needy")
