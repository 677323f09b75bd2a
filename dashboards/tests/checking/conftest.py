"""Two tenants that were meant to be alike, and are not."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboards.models import Panel
from tenants.models import Tenant

WHOLE = """
CREATE TABLE orders (id int PRIMARY KEY, at timestamptz, amount numeric, discount numeric, state text);
CREATE TABLE logs (id int, line text);
CREATE TABLE payments (amount numeric);
"""
LACKING = """
CREATE TABLE orders (id int PRIMARY KEY, at timestamptz, amount text, state int);
CREATE TABLE payments (amount numeric);
"""
DOCUMENTS: dict[str, dict[str, Any]] = {
    "fine": {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM orders"}},
    "table_by_sql": {"type": "table", "data_source": {"sql": "SELECT line FROM logs"}},
    "table_by_name": {"type": "table", "data_source": {"table": "logs", "columns": [{"name": "line"}]}},
    "column_by_sql": {"type": "kpi", "data_source": {"sql": "SELECT sum(o.discount) AS value FROM orders o WHERE id > :least"}},
    "column_by_name": {"type": "kpi", "data_source": {"table": "orders", "columns": {"value": "discount", "timestamp": "at"}}},
    "type_by_sql": {"type": "kpi", "data_source": {"sql": "SELECT sum(amount) AS value FROM orders"}},
    "type_by_value": {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM orders WHERE state = 'open'"}},
    "type_of_points": {"type": "timeseries", "data_source": {"sql": "SELECT at AS time, amount AS value FROM orders"}},
    "not_permitted": {"type": "kpi", "data_source": {"sql": "SELECT sum(amount) AS value FROM payments"}},
    "too_slow": {"type": "kpi", "data_source": {"sql": "SELECT count(*) AS value FROM orders a, orders b, orders c, orders d, orders e"}},
}  # fmt: skip


def make_panel(slug: str, document: dict[str, Any], **facts: Any) -> Panel:
    whole = {**document, "title": slug}
    return Panel.objects.create(slug=slug, title=slug, panel_type=document["type"], document=whole, **facts)


@pytest.fixture(scope="module")
def databases(tenant_database: Callable[..., dict], admin_sql_of_module: Callable[[dict, str], None]) -> tuple[dict, dict]:
    whole, lacking = tenant_database("check_whole", WHOLE), tenant_database("check_lacking", LACKING)
    admin_sql_of_module(lacking, f"REVOKE SELECT ON payments FROM {lacking['user']}")
    return whole, lacking


@pytest.fixture(scope="module")
def admin_sql_of_module(embedded_server: Any) -> Callable[[dict, str], None]:
    import psycopg

    def run(database: dict, statements: str) -> None:
        with psycopg.connect(embedded_server.url(database["database"]), autocommit=True) as owner:
            owner.execute(statements)

    return run


@pytest.fixture
def shops(make_tenant: Callable[..., Tenant], databases: tuple[dict, dict]) -> tuple[Tenant, Tenant]:
    """`whole` has what panels need, `lacking` has not."""
    return make_tenant("whole", databases[0]), make_tenant("lacking", databases[1])


@pytest.fixture
def panels(db: None) -> dict[str, Panel]:
    return {slug: make_panel(slug, document) for slug, document in DOCUMENTS.items()}
