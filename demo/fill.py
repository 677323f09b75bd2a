"""Make a tenant's past: metrics, logs, orders and service health, always the same for the same moments."""

from datetime import datetime
from pathlib import Path

import psycopg

from demo.tenants import DemoTenant

SQL = Path(__file__).with_name("sql")


def create_tables(connection: psycopg.Connection) -> None:
    run(connection, "schema")


def fill(connection: psycopg.Connection, tenant: DemoTenant, start: datetime, stop: datetime) -> None:
    """Add what happened from `start` (included) to `stop` (excluded), at whole steps since the epoch."""
    run(connection, "functions")
    facts = {
        "zone": tenant.time_zone,
        "servers": list(tenant.servers),
        "services": list(tenant.services),
        "currencies": list(tenant.currencies),
        "orders_a_day": tenant.orders_a_day,
        "stop": stop,
    }
    steps = {"metrics": tenant.metric_seconds, "logs": tenant.log_seconds, "orders": 30, "health_history": 300}
    for statement, step in steps.items():
        run(connection, statement, {**facts, "step": step, "start": first_moment(start, step)})
    run(connection, "health_now")


def run(connection: psycopg.Connection, statement: str, facts: dict[str, object] | None = None) -> None:
    """Run one of the files in `sql`."""
    connection.execute((SQL / f"{statement}.sql").read_text(), facts)


def first_moment(start: datetime, step_seconds: int) -> datetime:
    """The first whole step at or after `start`."""
    return datetime.fromtimestamp(-(-start.timestamp() // step_seconds) * step_seconds, start.tzinfo)
