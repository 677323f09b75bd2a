"""Asking a table of 3,000 things, and queries that take too long."""

import time
from collections.abc import Callable

from datasources.base import SqlQuery
from datasources.postgres import PostgresSource
from tenants.models import Tenant

AdminSql = Callable[[dict, str], None]
SLOW = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"


def ask(tenant: Tenant, text: str = "SELECT id, name FROM things") -> int:
    return PostgresSource(tenant).run({"panel": SqlQuery(text=text)})["panel"].row_count


def wait_until(is_so: Callable[[], bool], *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
