"""An admin of Acme's, and sources that nobody has to reach."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from datasources.kinds import SOURCE_KINDS
from datasources.models import DataSource
from datasources.tests.kinds.conftest import further_database, make_postgres, wire
from tenants.models import Tenant, User

__all__ = ["further_database", "make_postgres", "wire"]
WHERE = {"host": "db.example.com", "port": 5432, "database": "shop", "user": "reader", "sslmode": "require"}
PASSWORD = "canary-hunter2"


@pytest.fixture
def ann(make_user: Callable[..., User], acme: Tenant) -> User:
    return make_user("ann", admin=acme)


@pytest.fixture
def page(client: Client, ann: User) -> Client:
    client.force_login(ann)
    return client


@pytest.fixture
def make() -> Callable[..., DataSource]:
    """Make a PostgreSQL source with a password: `make("metrics", acme)`."""

    def make_one(slug: str, tenant: Tenant | None = None, **facts: Any) -> DataSource:
        kind = SOURCE_KINDS["postgres"]
        facts = {"settings": WHERE, "kind": "postgres", "name": slug.title(), **facts}
        source = DataSource.objects.create(slug=slug, tenant=tenant, **facts)
        if source.kind == "postgres":
            source.secrets_token = kind.seal(source.pk, kind.settings(**source.settings), {"password": PASSWORD})
            source.save()
        return source

    return make_one


def entered(**changes: Any) -> dict[str, Any]:
    """The form of a PostgreSQL source, filled in."""
    its = {f"its_{name}": value for name, value in WHERE.items()} | {"its_search_path": "public", "its_ca_certificate": ""}
    return {"name": "Metrics", "slug": "metrics", "is_enabled": "on", "secret_password": PASSWORD, **its, **changes}
