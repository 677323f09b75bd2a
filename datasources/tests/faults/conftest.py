"""A tenant with a table of 3,000 things, reached through a small pool."""

import pytest

from datasources.tests.faults.asking import AdminSql
from tenants import connections
from tenants.models import Tenant
from tenants.pool import Pool

TABLE = """
DROP TABLE IF EXISTS things CASCADE;
CREATE TABLE things (id int, name text);
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, 3000) n;
GRANT SELECT ON things TO PUBLIC;
"""


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    small = Pool(per_tenant=2, total=4)
    monkeypatch.setattr(connections, "_pool", small)
    return small


@pytest.fixture
def things(acme: Tenant, acme_database: dict, admin_sql: AdminSql, pool: Pool) -> Tenant:
    admin_sql(acme_database, TABLE)
    acme.timeout_ms = 400
    acme.save()
    return acme
